import { describe, expect, test } from 'vitest'
import { VEHICLE } from '../src/gallery/droneSamples'
import { conformanceWords } from '../src/panels/Conformance'

const of = (changes: object) => conformanceWords({ ...VEHICLE, ...changes })

describe('how a vehicle keeps to its approved flight', () => {
  test('each state in words', () => {
    expect(of({ conformance: null })).toMatch(/not followed/i)
    expect(of({ conformance: 'conforming', approved_volume: true })).toBe('Inside its approved volume, no breach ahead.')
    expect(of({ conformance: 'conforming', approved_volume: false, conformance_words: 'No approved volume is known.' })).toMatch(/No approved volume/)
    expect(of({ conformance: 'warning_10', conformance_s: 8, conformance_words: 'On its present course it enters Scrubs.' })).toMatch(/enters Scrubs\. In 8 s\./)
    expect(of({ conformance: 'breach', conformance_words: 'It is inside Scrubs.' })).toBe('It is inside Scrubs.')
    expect(of({ conformance: 'unknown', conformance_words: 'The link to it is lost.' })).toMatch(/^Not known/)
  })
})
