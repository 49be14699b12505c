// Where a person's role holds: everywhere, or inside an outline.

import { useEffect, useRef, useState } from 'preact/hooks'
import { Segments } from '../ui/parts'
import { OutlineEditor } from './OutlineEditor'
import { ringOf, type Corner } from './area'

type Area = number[][][] | null

const WAYS = [
  { value: 'everywhere' as const, words: 'Everywhere' },
  { value: 'inside' as const, words: 'Inside an area' },
]

export function AreaEditor({ area, onChange }: { area: Area; onChange: (area: Area) => void }) {
  const [corners, setCorners] = useState<Corner[]>(() => (area?.[0] ?? []).slice(0, -1) as Corner[])
  const [inside, setInside] = useState(area !== null)
  const others = useRef(area?.slice(1) ?? [])
  const put = (next: Corner[]) => {
    setCorners(next)
    onChange(next.length >= 3 ? [ringOf(next), ...others.current] : area)
  }
  const choose = (way: 'everywhere' | 'inside') => {
    setInside(way === 'inside')
    if (way === 'everywhere') onChange(null)
    else if (corners.length >= 3) onChange([ringOf(corners), ...others.current])
  }
  useEffect(() => setInside(area !== null || inside), [area])
  const more = others.current.length
  return (
    <fieldset class="area">
      <legend class="field-label">Area</legend>
      <Segments name="area" legend="Area" options={WAYS} value={inside ? 'inside' : 'everywhere'} onChoose={choose} />
      {inside && <OutlineEditor corners={corners} onChange={put} {...(more > 0 ? { also: `${more} more outline(s) stay as they are.` } : {})} />}
    </fieldset>
  )
}
