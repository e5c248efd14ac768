/** The list below the query box, as assistive technology is told of it. */
export interface Popup {
  readonly open: boolean
  /** The id of the option that Enter would take. */
  readonly active?: string | undefined
}

export const SUGGESTIONS_ID = 'query-suggestions'
