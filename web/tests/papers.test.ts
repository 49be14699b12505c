import { describe, expect, test } from 'vitest'
import { ZONE } from '../src/gallery/droneSamples'
import { areasWords, boundsOfZones, countedByKind, isOver, matching, refusalsText, replaces, validityWords, whyNotUse } from '../src/screens/datasetWords'
import { canBeDated, datesOf, lacksDates, typedWords, whyNotDate } from '../src/screens/datasetDates'
import { centreOf, whyNotDraw, zoneOf, type ZoneText } from '../src/screens/drawZone'
import { operatorOf, textOf, whyNotSave } from '../src/screens/operatorForm'
import { freshPermission, permissionOf, typeOf, usualEnd, whyNotAsk, whyNotRecord, type PermissionText } from '../src/screens/permissionForm'
import { fieldOf, typedNumber } from '../src/screens/times'
import type { DatasetDetail, DatasetRow } from '../src/wire/types'

const NOW = Date.parse('2026-11-24T12:00:30Z')
const HOUR = 3_600_000

describe('a permission as it is typed in', () => {
  const whole: PermissionText = { ...freshPermission({ zone_id: '1U077' } as never, NOW), reference: 'RFZ 12', grantedBy: 'Duty governor' }

  test('from a zone it begins as a telephone clearance, given now, for four hours', () => {
    expect(whole).toMatchObject({ zone: '1U077', givenBy: 'telephone', givenAt: Date.parse('2026-11-24T12:00:00Z') })
    expect((whole.ends ?? 0) - (whole.begins ?? 0)).toBe(4 * HOUR)
    expect(whyNotRecord(whole, NOW)).toBe('')
  })

  test.each([
    [{ zone: ' ' }, /which zone/],
    [{ reference: '' }, /reference/],
    [{ grantedBy: '' }, /by name/],
    [{ givenAt: NOW + HOUR }, /future/],
    [{ ends: null }, /from when/],
    [{ begins: NOW + 9 * HOUR }, /ends after it begins/],
    [{ begins: NOW - 9 * HOUR, ends: NOW - HOUR }, /over already/],
    [{ ends: NOW + 6 * 366 * 24 * HOUR }, /five years/],
    [{ upper: 'high' }, /upper limit/],
    [{ givenBy: 'paper' as const, document: { name: 'x.exe', size: 4, type: 'application/x-msdownload' } }, /not taken/],
    [{ givenBy: 'paper' as const, document: { name: 'x.pdf', size: 0, type: 'application/pdf' } }, /empty/],
    [{ givenBy: 'paper' as const, document: { name: 'x.pdf', size: 11_000_000, type: 'application/pdf' } }, /10 MB/],
  ])('%o is refused with the reason', (changes, why) => {
    expect(whyNotRecord({ ...whole, ...changes }, NOW)).toMatch(why)
  })

  test('what is sent is trimmed, in UTC, with the upper limit as a number', () => {
    const sent = permissionOf({ ...whole, upper: '80,5', reference: ' RFZ 12 ' }, 'd1', 'r1')
    expect(sent).toMatchObject({ reference: 'RFZ 12', upper_limit_amsl_m: 80.5, document_id: 'd1', request_id: 'r1' })
    expect(sent.begins).toBe('2026-11-24T12:00:00.000Z')
  })

  test('a saved e-mail has no type of the browser’s', () => {
    expect(typeOf({ name: 'Answer.EML', type: '' })).toBe('message/rfc822')
    expect(typeOf({ name: 'page.html', type: 'text/html' })).toBe('')
  })

  test('a request says which aircraft, what for and until when', () => {
    const asked = { aircraft: 'Quad 1', purpose: 'Survey', ends: usualEnd('2026-11-25T10:00:00Z', NOW) }
    expect(whyNotAsk(asked, '2026-11-25T10:00:00Z', NOW)).toBe('')
    expect(whyNotAsk({ ...asked, aircraft: '' }, null, NOW)).toMatch(/aircraft/)
    expect(whyNotAsk({ ...asked, ends: NOW - HOUR }, null, NOW)).toMatch(/ends after/)
  })
})

describe('a zone that is drawn', () => {
  const whole: ZoneText = {
    name: 'Fire', reason: 'Helicopter', contact: '', kind: 'incident', restriction: 'prohibited', shape: 'circle',
    lat: '51.5', lon: '−0.2', radius: '250', corners: [], lower: '', lowerDatum: 'surface', upper: '120', upperDatum: 'agl',
    begins: NOW, ends: NOW + HOUR,
  }

  test('a circle', () => {
    expect(whyNotDraw(whole, NOW)).toBe('')
    expect(centreOf(whole)).toEqual([-0.2, 51.5])
    expect(zoneOf(whole)).toMatchObject({ centre: [-0.2, 51.5], radius_m: 250, ring: [], lower_m: 0, upper_m: 120 })
  })

  test.each([
    [{ name: '' }, /name/],
    [{ reason: '' }, /why/],
    [{ lat: '95' }, /middle/],
    [{ radius: '0' }, /radius/],
    [{ shape: 'outline' as const }, /three corners/],
    [{ upper: '' }, /Heights/],
    [{ upper: '0' }, /above the lower/],
    [{ ends: NOW - 1 }, /ends after/],
    [{ begins: NOW - 2 * HOUR, ends: NOW - HOUR }, /over already/],
  ])('%o is refused with the reason', (changes, why) => {
    expect(whyNotDraw({ ...whole, ...changes }, NOW)).toMatch(why)
  })
})

describe('the operator', () => {
  test('a council has no force policy, and does not fly outside of the regulation', () => {
    const council = { ...textOf(null), name: 'H&F', policy: 'FP 1', policyHeight: '150' }
    expect(whyNotSave(council, null)).toBe('')
    expect(operatorOf(council, null)).toMatchObject({ force_policy_reference: '', force_policy_max_height_agl_m: null })
    expect(whyNotSave({ ...council, category: 'OUTSIDE_2019_947' }, null)).toMatch(/police force/)
    const police = { ...council, type: 'POLICE_MPS' as const, category: 'OUTSIDE_2019_947' as const }
    expect(operatorOf(police, null)).toMatchObject({ force_policy_reference: 'FP 1', force_policy_max_height_agl_m: 150 })
    expect(whyNotSave({ ...police, policyHeight: '' }, null)).toMatch(/which height/)
    expect(whyNotSave({ ...council, classMark: 'EU9' }, null)).toMatch(/class mark/)
  })
})

describe('a dataset', () => {
  const row: DatasetRow = {
    dataset_id: '1', kind: 'zones', state: 'offered', title: 'AIRAC', file_name: 'zones.kmz', format: 'kml', sha256: 'ab', size_bytes: 1,
    airac: '2026-11-26', effective_from: '2026-10-29T00:00:00Z', effective_until: '2026-11-26T00:00:00Z', zones: 2, refused: 3,
    imported_at: '2026-11-24T11:00:00Z', imported_by: 'Sue', decided_at: null, decided_by: '',
  }
  const refused = [
    { feature: "line 18 'EGR903'", reason: 'a ring may not cross itself', areas: [[51.4, -0.3, 51.5, -0.2]] },
    { feature: 'feature 7', reason: 'no shape', areas: [] },
  ]

  test('whoever uses it has typed how many features were refused', () => {
    expect(whyNotUse(row, '', NOW)).toMatch(/type how many/)
    expect(whyNotUse(row, '2', NOW)).toMatch(/not how many/)
    expect(whyNotUse(row, '3', NOW)).toBe('')
    expect(whyNotUse({ ...row, state: 'discarded' }, '3', NOW)).toMatch(/import the file again/)
    expect(whyNotUse({ ...row, effective_from: '2026-12-24T00:00:00Z' }, '3', NOW)).toMatch(/holds only from/)
  })

  test('one without dates is dated before it is used, and only while it is offered', () => {
    const undated = { ...row, effective_from: null, effective_until: null }
    expect([lacksDates(undated), canBeDated(undated)]).toEqual([true, true])
    expect([lacksDates(row), canBeDated(row)]).toEqual([false, false])
    expect(canBeDated({ ...undated, state: 'in_use' })).toBe(false)
    expect(lacksDates({ ...undated, kind: 'notam' })).toBe(false)
    expect(whyNotUse(undated, '3', NOW)).toMatch(/Say first when it holds/)
    expect(whyNotUse({ ...undated, state: 'retired' }, '3', NOW)).toMatch(/import the file again/)
  })

  describe('is dated by whoever vouches for it', () => {
    const undated = { ...row, effective_from: null, effective_until: null }

    test.each([
      ['', '2026-11-26', /from which day/],
      ['2026-10-29', '', /until which day/],
      ['2026-11-26', '2026-11-26', /ends after it begins/],
      ['2026-10-29', '2026-12-25', /At most 56 days/],
      ['2026-10-01', '2026-11-24', /out of date already/],
      ['2026-10-29', '26.11.2026', /until which day/],
    ])('from %s until %s is refused with the reason', (from, until, why) => {
      expect(whyNotDate(undated, from, until, true, NOW)).toMatch(why)
    })

    test('56 days are taken, once somebody says where the dates are from', () => {
      expect(whyNotDate(undated, '2026-10-29', '2026-12-24', false, NOW)).toMatch(/from its publisher/)
      expect(whyNotDate(undated, '2026-10-29', '2026-12-24', true, NOW)).toBe('')
      expect(typedWords(undated, '2026-10-29', '2026-12-24')).toBe('29 October 2026 to 24 December 2026: 56 days')
      expect(typedWords(undated, '2026-10-29', '')).toBe('')
      expect(datesOf(undated, '2026-10-29', '2026-12-24')).toEqual({
        effective_from: '2026-10-29T00:00:00.000Z',
        effective_until: '2026-12-24T00:00:00.000Z',
      })
    })

    test('what the file says stays', () => {
      const half = { ...undated, effective_from: '2026-10-29T00:00:00Z' }
      expect(whyNotDate(half, '', '2026-12-25', true, NOW)).toMatch(/At most 56/)
      expect(datesOf(half, '2020-01-01', '2026-11-26')).toEqual({ effective_from: null, effective_until: '2026-11-26T00:00:00.000Z' })
    })
  })

  test('when it holds, and what it replaces', () => {
    expect(validityWords(row)).toMatch(/29 Oct 2026.* to 26 Nov 2026/)
    expect(validityWords({ ...row, effective_until: null })).toMatch(/end is not said/)
    expect(isOver(row, Date.parse('2026-11-26T00:00:00Z'))).toBe(true)
    expect(isOver(row, NOW)).toBe(false)
    expect(replaces(row, [{ ...row, dataset_id: '0', state: 'in_use', title: 'Old' }])).toMatch(/^Old/)
    expect(replaces({ ...row, kind: 'notam' }, [])).toMatch(/nothing/)
  })

  test('what was refused is searched, told with its place, and saved as text', () => {
    expect(matching(refused, 'CROSS')).toHaveLength(1)
    expect(areasWords(refused[1]!)).toMatch(/anywhere/)
    const detail: DatasetDetail = { row, zones: [ZONE], refused, refused_left_out: 1, notes: ['1U1: an arc'], skipped: ['2 points'] }
    const text = refusalsText(detail)
    for (const words of ['zones.kmz', 'SHA-256 ab', "1. line 18 'EGR903'", 'Not known', '1 more', 'an arc', '2 points']) expect(text).toContain(words)
    expect(countedByKind([ZONE, ZONE])).toEqual([{ kind: ZONE.kind, restriction: ZONE.restriction, zones: 2 }])
    expect(boundsOfZones([ZONE])).toEqual([51.46, -0.2, 51.49, -0.16])
    expect(boundsOfZones([])).toBeNull()
  })
})

test('numbers and times as they are typed', () => {
  expect(typedNumber(' ')).toBeNull()
  expect(typedNumber('−1,5')).toBe(-1.5)
  expect(typedNumber('x')).toBeNaN()
  expect(Date.parse(fieldOf(NOW))).toBe(Date.parse('2026-11-24T12:00:00') )
})
