/** The box that `/` leads to. */
export const QUERY_ID = 'query'
