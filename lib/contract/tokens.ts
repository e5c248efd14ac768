import { z } from 'zod'
import * as commands from '#lib/task/commands.ts'
import { Id, Token } from '#lib/task/schema.ts'
import { endpoint, page } from './endpoint.ts'

export const tokens = {
  createToken: endpoint({
    method: 'POST',
    path: '/api/v1/tokens',
    summary: 'Make a token; its secret is in this answer and nowhere else, ever',
    access: 'admin',
    input: commands.CreateToken,
    output: z.object({ token: Token, secret: z.string() }),
    status: 201,
    errors: [],
  }),
  listTokens: endpoint({
    method: 'GET',
    path: '/api/v1/tokens',
    summary: 'List tokens, newest first',
    access: 'admin',
    input: commands.ListPage,
    output: page('tokens', Token),
    status: 200,
    errors: [],
  }),
  revokeToken: endpoint({
    method: 'DELETE',
    path: '/api/v1/tokens/{id}',
    summary: 'Revoke a token; its browser sessions end with it',
    access: 'admin',
    input: z.strictObject({ tokenId: Id }),
    params: { id: 'tokenId' },
    output: z.object({ token: Token }),
    status: 200,
    errors: ['not_found'],
  }),
} as const
