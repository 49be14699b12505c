// WCAG 2.2 AA contrast of every pair of tokens that are used together, in all three themes.

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const css = readFileSync(new URL('../src/ui/tokens.css', import.meta.url), 'utf8')

function themes(): Record<string, Record<string, string>> {
  const found: Record<string, Record<string, string>> = {}
  for (const [, name = '', body = ''] of css.matchAll(/\[data-theme='(\w+)'\]\s*\{([^}]*)\}/g)) {
    found[name] = Object.fromEntries([...body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map((m) => [m[1], m[2]]))
  }
  return found
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (high + 0.05) / (low + 0.05)
}

const SURFACES = ['ground', 'surface', 'surface-raised', 'surface-over', 'surface-pressed']
const TEXTS = ['text', 'text-quiet', 'text-faint']
const words: [string, string][] = [
  ...TEXTS.flatMap((text) => SURFACES.map((surface): [string, string] => [text, surface])),
  ['text', 'selected'],
  ['text-quiet', 'selected'],
  ['on-accent', 'accent-fill'],
  ['on-accent', 'accent-fill-hover'],
  ['on-accent', 'accent-fill-pressed'],
  ['on-danger', 'danger-fill'],
  ['live', 'surface-raised'],
  ['warn', 'warn-surface'],
  ['warn', 'surface'],
  ['text', 'warn-surface'],
  ['text-quiet', 'warn-surface'],
  ['text', 'danger-surface'],
  ['text-quiet', 'danger-surface'],
  ['text-faint', 'danger-surface'],
  ['danger', 'surface-raised'],
  ['danger', 'surface-over'],
  ['danger', 'surface'],
  ['accent', 'surface'],
  ['map-label', 'map-ground'],
  ['text', 'map-ground'],
  ['warn', 'map-ground'],
  ...['zone-prohibited', 'zone-permission', 'zone-conditional', 'zone-information'].map((s): [string, string] => [s, 'map-label-halo']),
]
const shapes: [string, string][] = [
  ...['camera', 'camera-quiet', 'person', 'vehicle', 'other-track', 'map-border'].map((s): [string, string] => [s, 'map-ground']),
  ...['camera', 'person', 'warn', 'vehicle'].map((s): [string, string] => [s, 'map-park']),
  ...['person', 'camera', 'focus'].map((s): [string, string] => [s, 'map-water']),
  ...['aircraft', 'zone-prohibited', 'zone-permission', 'zone-conditional', 'zone-information'].flatMap((s): [string, string][] =>
    ['map-ground', 'map-outside', 'map-park', 'map-water', 'surface-pressed'].map((surface) => [s, surface]),
  ),
  ['focus', 'surface'],
  ['focus', 'surface-over'],
  ['line-strong', 'surface'],
  ['line-strong', 'surface-pressed'],
]

describe.each(Object.entries(themes()))('%s', (_, tokens) => {
  const of = (name: string): string => tokens[name] ?? expect.fail(`no token ${name}`)
  test.each(words)('%s on %s can be read (4.5)', (text, surface) => {
    expect(contrast(of(text), of(surface))).toBeGreaterThanOrEqual(4.5)
  })
  test.each(shapes)('%s on %s can be seen (3)', (shape, surface) => {
    expect(contrast(of(shape), of(surface))).toBeGreaterThanOrEqual(3)
  })
})

test('there are three themes with the same tokens', () => {
  const all = themes()
  expect(Object.keys(all)).toEqual(['dark', 'night', 'daylight'])
  const names = Object.values(all).map((tokens) => Object.keys(tokens).sort().join())
  expect(new Set(names).size).toBe(1)
})
