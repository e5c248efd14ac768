import { AuditEntry, AuditVerification, ListAudit, VerifyAudit } from '#lib/task/audit.ts'
import { endpoint, page } from './endpoint.ts'

export const audit = {
  listAudit: endpoint({
    method: 'GET',
    path: '/api/v1/audit',
    summary:
      'List the acts of people, tokens and the ledger itself, newest first: who, what, when, why, with what result',
    access: 'operator',
    input: ListAudit,
    output: page('entries', AuditEntry),
    status: 200,
    errors: [],
  }),
  verifyAudit: endpoint({
    method: 'GET',
    path: '/api/v1/audit/verification',
    summary: 'Go along the chain of the audit log and say what was changed, removed, inserted or moved',
    access: 'operator',
    input: VerifyAudit,
    output: AuditVerification,
    status: 200,
    errors: [],
  }),
} as const
