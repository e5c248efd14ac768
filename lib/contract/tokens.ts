import { z } from 'zod'
import * as access from '#lib/task/access-commands.ts'
import { ListPage } from '#lib/task/commands.ts'
import { Token } from '#lib/task/schema.ts'
import { endpoint, page } from './endpoint.ts'

export const tokens = {
  createToken: endpoint({
    method: 'POST',
    path: '/api/v1/tokens',
    summary: 'Make a token; its secret is in this answer and nowhere else, ever',
    access: 'admin',
    input: access.CreateToken,
    output: z.object({ token: Token, secret: z.string() }),
    status: 201,
    errors: [],
  }),
  listTokens: endpoint({
    method: 'GET',
    path: '/api/v1/tokens',
    summary: 'List tokens, newest first',
    access: 'admin',
    input: ListPage,
    output: page('tokens', Token),
    status: 200,
    errors: [],
  }),
  rotateToken: endpoint({
    method: 'POST',
    path: '/api/v1/tokens/{id}/rotation',
    summary: 'Make the token that takes its place; for a grace both work, and its workers belong to both',
    access: 'admin',
    input: access.RotateToken,
    params: { id: 'tokenId' },
    output: z.object({ token: Token, secret: z.string() }),
    status: 201,
    errors: ['not_found', 'invalid_transition'],
  }),
  revokeToken: endpoint({
    method: 'DELETE',
    path: '/api/v1/tokens/{id}',
    summary: 'Revoke a token; its browser sessions end with it',
    access: 'admin',
    input: access.RevokeToken,
    params: { id: 'tokenId' },
    output: z.object({ token: Token }),
    status: 200,
    errors: ['not_found'],
  }),
} as const
