import { answerRoute } from '#lib/api/next-route.ts'

/** The API for hosts that run `next start`; `server.js` answers these paths before Next sees them. */
export { answerRoute as DELETE, answerRoute as GET, answerRoute as POST, answerRoute as PUT }
