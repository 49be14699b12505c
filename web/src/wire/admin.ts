// Endpoints of the administrative screens.

import { json, path, send } from './http'
import type * as t from './types'

const at = (...parts: string[]) => path('api', ...parts)

export const readRoles = () => json<t.RoleView[]>('GET', at('roles'))
export const readPeople = () => json<t.PersonView[]>('GET', at('people'))
export const addPerson = (body: t.AddPerson) => json<t.PersonAdded>('POST', at('people'), body)
export const changePerson = (id: string, body: t.ChangePerson) => json<t.PersonView>('PUT', at('people', id), body)
export const resetPerson = (id: string) => json<t.PersonAdded>('POST', at('people', id, 'reset'))
export const readDevices = (id: string) => json<t.SignInView[]>('GET', at('people', id, 'sign-ins'))
export const endDevice = (id: string, signIn: string) => send('DELETE', at('people', id, 'sign-ins', signIn))

export const readAgents = () => json<t.AgentDetail[]>('GET', at('agents'))
export const inviteAgent = (body: t.InviteAgent) => json<t.AgentInvited>('POST', at('agents'), body)
export const rotateAgent = (id: string) => send('POST', at('agents', id, 'rotate'))
export const revokeAgent = (id: string) => send('POST', at('agents', id, 'revoke'))
export const removeAgent = (id: string) => send('DELETE', at('agents', id))

export const readAlerts = () => json<t.AlertView[]>('GET', at('alerts'))
export const decideAlert = (id: string, body: t.DecideAlert) =>
  json<t.AlertView>('POST', at('alerts', id, 'decision'), body)

export const readSystem = () => json<t.SystemView>('GET', at('system'))

export interface AuditQuery {
  before?: number
  act?: string
  actor?: string
  subject?: string
}

export function auditUrl(query: AuditQuery): string {
  const asked = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') asked.set(name, String(value))
  return asked.size > 0 ? `/api/audit?${asked.toString()}` : '/api/audit'
}

export const readAudit = (query: AuditQuery) => json<t.AuditPage>('GET', auditUrl(query))

export const readOrganisations = () => json<t.OrganisationView[]>('GET', at('organisations'))
export const readAgreements = () => json<t.AgreementView[]>('GET', at('agreements'))
export const makeAgreement = (body: t.MakeAgreement) => json<t.AgreementView>('POST', at('agreements'), body)
export const endAgreement = (id: string) => send('POST', at('agreements', id, 'end'))
export const readDisclosures = () => json<t.DisclosureView[]>('GET', at('disclosures'))
export const readRetention = () => json<t.RetentionRow[]>('GET', at('retention'))
