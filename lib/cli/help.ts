/** The prose of a help, in lines that fit the terminal. */

/** What the list of options above it takes where there is no terminal. */
const USUAL_WIDTH = 80

/** Evaluated when the help is shown. */
export function folded(text: string): () => string {
  return () => fold(text, (process.stdout.isTTY && process.stdout.columns) || USUAL_WIDTH)
}

/** Paragraphs are filled anew; what is indented, or ends with a colon, is kept as it is. */
export function fold(text: string, width: number): string {
  const lines: string[] = []
  let isOpen = false
  for (const line of text.split('\n')) {
    const isProse = line !== '' && !line.startsWith(' ') && !line.endsWith(':')
    if (!isProse) lines.push(line)
    else for (const word of line.split(' ')) isOpen = append(lines, word, width, isOpen)
    isOpen = isProse
  }
  return lines.join('\n')
}

function append(lines: string[], word: string, width: number, isOpen: boolean): true {
  const last = lines.at(-1) ?? ''
  if (isOpen && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
  else lines.push(word)
  return true
}
