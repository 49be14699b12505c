import { describe, expect, it } from 'vitest'
import { inOrder, standingOf, summaryOf, whyNotSign } from '../src/panels/preflightWords'
import type { CheckView, PreflightView } from '../src/wire/types'

const check = (key: string, state: CheckView['state'], blocks = true): CheckView => ({ key, title: key, state, words: '', blocks })

const OPEN: PreflightView = {
  record_id: 'one',
  opened_at: '2026-11-24T21:00:00Z',
  mission: true,
  pilot_id: null,
  observer_id: null,
  airframe_id: null,
  battery_id: null,
  weather: null,
  weather_at: null,
  checks: [check('link', 'passed'), check('weather', 'passed')],
  ticks: [{ key: 'sky', words: 'The sky', done: true }],
  missing: [],
  signed_at: null,
  signed_name: '',
  override_reason: '',
  used_at: null,
  good_for_s: null,
}
const SIGNED: PreflightView = { ...OPEN, signed_at: '2026-11-24T21:05:00Z', signed_name: 'Pip', good_for_s: 1650 }

describe('a preflight in words', () => {
  it('stands as none, open, signed or over', () => {
    expect(standingOf(null)).toBe('none')
    expect(standingOf(OPEN)).toBe('open')
    expect(standingOf(SIGNED)).toBe('signed')
    expect(standingOf({ ...SIGNED, good_for_s: null })).toBe('over')
    expect(standingOf({ ...SIGNED, good_for_s: 0 })).toBe('over')
  })

  it('says for how long a signature holds, and that an emergency was one', () => {
    expect(summaryOf(SIGNED)).toBe('Preflight signed by Pip, for one take-off within 27 min.')
    expect(summaryOf({ ...SIGNED, override_reason: 'A missing child' })).toContain('without ticks')
    expect(summaryOf({ ...SIGNED, good_for_s: null, used_at: '2026-11-24T21:10:00Z' })).toContain('served a take-off')
  })

  it('shows what stops it first', () => {
    const found = inOrder([check('link', 'passed'), check('remote_id', 'unknown', false), check('gps', 'failed')])
    expect(found.map((one) => one.key)).toEqual(['gps', 'remote_id', 'link'])
  })

  it('is signed only when nothing is left', () => {
    expect(whyNotSign(OPEN, 'Pip', false, '')).toBe('')
    expect(whyNotSign(OPEN, ' ', false, '')).toBe('Type your name.')
    expect(whyNotSign({ ...OPEN, checks: [check('gps', 'unknown')] }, 'Pip', false, '')).toBe('One check stops it.')
    expect(whyNotSign({ ...OPEN, checks: [check('remote_id', 'unknown', false)] }, 'Pip', false, '')).toBe('')
    const left = { ...OPEN, ticks: [{ key: 'sky', words: 'The sky', done: false }] }
    expect(whyNotSign(left, 'Pip', false, '')).toBe('One of your own checks is left.')
  })

  it('skips ticks and weather nobody typed in an emergency with a reason, and nothing else', () => {
    const left = { ...OPEN, checks: [check('weather', 'unknown')], ticks: [{ key: 'sky', words: 'The sky', done: false }] }
    expect(whyNotSign(left, 'Pip', true, 'short')).toBe('Say what the emergency is.')
    expect(whyNotSign(left, 'Pip', true, 'A child is missing')).toBe('')
    expect(whyNotSign({ ...left, checks: [check('weather', 'failed')] }, 'Pip', true, 'A child is missing')).toBe('One check stops it.')
    expect(whyNotSign({ ...left, checks: [check('verdict', 'unknown')] }, 'Pip', true, 'A child is missing')).toBe('One check stops it.')
  })
})
