// Endpoints of airspace data and of an operator's papers. Every error is a ProblemError.

import { fileOf, json, path, send, upload } from './http'
import type * as t from './types'

const at = (...parts: string[]) => path('api', 'airspace', ...parts)

interface Sending {
  onProgress?: (sent: number, all: number) => void
  signal?: AbortSignal
}

export const readDatasets = () => json<t.DatasetRow[]>('GET', at('datasets'))
export const readDataset = (id: string) => json<t.DatasetDetail>('GET', at('datasets', id))
export const importDataset = (file: File, sending: Sending) =>
  upload<t.DatasetDetail>({ url: at('datasets'), file, name: file.name, ...sending })
export const decideDataset = (id: string, body: t.DecideDataset) =>
  json<t.DatasetRow>('POST', at('datasets', id, 'decide'), body)
/** Say when an offered one holds, where its file does not. */
export const dateDataset = (id: string, body: t.DateDataset) => json<t.DatasetRow>('POST', at('datasets', id, 'date'), body)

export const readDrawn = () => json<t.DrawnZoneView[]>('GET', at('drawn'))
export const drawZone = (body: t.DrawZone) => json<t.DrawnZoneView>('POST', at('drawn'), body)
export const withdrawZone = (id: string) => send('DELETE', at('drawn', id))

export const readOperator = () => json<t.OperatorView | null>('GET', at('operator'))
export const changeOperator = (body: t.OperatorView) => json<t.OperatorView>('PUT', at('operator'), body)

export const readPermissions = (overToo: boolean) =>
  json<t.PermissionView[]>('GET', `${at('permissions')}${overToo ? '?over=1' : ''}`)
export const recordPermission = (body: t.RecordPermission) => json<t.PermissionView>('POST', at('permissions'), body)
export const withdrawPermission = (id: string) => send('DELETE', at('permissions', id))

export const addDocument = (file: File, sending: Sending) =>
  upload<t.DocumentAdded>({ url: at('documents'), file, name: file.name, ...sending })
export const readDocument = (id: string) => fileOf('GET', at('documents', id))

export const readRequests = () => json<t.RequestView[]>('GET', at('requests'))
export const askPermission = (body: t.AskPermission) => json<t.RequestView>('POST', at('requests'), body)
export const changeRequest = (id: string, body: t.ChangeRequest) =>
  json<t.RequestView>('POST', at('requests', id), body)

export const readVolumes = (body: t.Application) => json<t.VolumesView>('POST', at('volumes'), body)
export const readPack = (body: t.Application) => fileOf('POST', at('application-pack'), body)
