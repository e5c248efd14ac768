'use server'

import { action, call } from '#lib/api/action.ts'
import { createToken, inviteMember, offerReset, rotateToken } from '#lib/api/auth/members.ts'
import { changeOwnPassword, endOwnSignIn, endOwnSignIns } from '#lib/api/session.ts'
import { changeRole, endSignIn, endSignIns, removeMember, revokeLink, revokeToken } from '#lib/ledger/index.ts'
import * as access from '#lib/task/access-commands.ts'

export const createTokenAction = call(access.CreateToken, createToken, 'createToken', 'admin')
export const rotateTokenAction = call(access.RotateToken, rotateToken, 'rotateToken', 'admin')
export const revokeTokenAction = action(access.RevokeToken, revokeToken, 'revokeToken', 'admin')

export const inviteMemberAction = call(access.InviteMember, inviteMember, 'inviteMember', 'admin')
export const offerResetAction = call(access.OfferReset, offerReset, 'offerReset', 'admin')
export const revokeLinkAction = action(access.RevokeLink, revokeLink, 'revokeLink', 'admin')
export const changeRoleAction = action(access.ChangeRole, changeRole, 'changeRole', 'admin')
export const removeMemberAction = action(access.RemoveMember, removeMember, 'removeMember', 'admin')
export const endSignInAction = action(access.EndSignIn, endSignIn, 'endSignIn', 'admin')
export const endSignInsAction = action(access.EndSignIns, endSignIns, 'endSignIns', 'admin')

export const changePasswordAction = action(access.ChangePassword, changeOwnPassword, 'setPassword', 'viewer')
export const endOwnSignInAction = action(access.EndSignIn, endOwnSignIn, 'endSignIn', 'viewer')
export const endOwnSignInsAction = action(access.EndOwnSignIns, endOwnSignIns, 'endSignIns', 'viewer')
