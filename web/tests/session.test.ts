import { beforeEach, expect, test, vi } from 'vitest'
import { purposeLapsed, refreshSession, session } from '../src/live/session'
import type { Session } from '../src/wire/types'

const answers = (more: Partial<Session>) =>
  vi.stubGlobal('fetch', async () => Response.json({ signed_in: true, username: 'jo', csrf_token: 't', purpose: null, ...more }))

async function told(more: Partial<Session>): Promise<boolean> {
  answers(more)
  await refreshSession()
  return purposeLapsed.value
}

beforeEach(() => {
  session.value = { state: 'unknown' }
  purposeLapsed.value = false
})

test('a purpose that lapsed is told until there is a new one', async () => {
  expect(await told({})).toBe(false) // never gave one
  expect(await told({ purpose: 'public_safety' })).toBe(false)
  expect(await told({})).toBe(true)
  expect(await told({})).toBe(true)
  expect(await told({ purpose: 'public_safety' })).toBe(false)
})

test('nobody is told of the purpose of another person, or of one that a sign-out ended', async () => {
  await told({ purpose: 'public_safety' })
  expect(await told({ username: 'al' })).toBe(false)
  await told({ username: 'al', purpose: 'public_safety' })
  expect(await told({ signed_in: false })).toBe(false)
  expect(await told({ username: 'al' })).toBe(false)
})
