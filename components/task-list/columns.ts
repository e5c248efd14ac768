/** Which columns give way as the window narrows; the title takes what is left. Below 768 px an item has three lines. */
export const FROM_WIDTH = {
  model: 'max-[1432px]:hidden',
  agent: 'max-[1342px]:hidden',
  cost: 'max-[1276px]:hidden',
  error: 'max-[1206px]:hidden',
  progress: 'max-[1106px]:hidden',
  id: 'max-[1022px]:hidden',
  duration: 'max-[948px]:hidden',
  started: 'max-[872px]:hidden',
  desk: 'max-md:hidden',
} as const
