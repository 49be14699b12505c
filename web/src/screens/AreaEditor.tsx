// Where a person's role holds: everywhere, or inside an outline. Drawn on a plain plan of the borough
// corner by corner, or typed: both do the same.

import { useEffect, useRef, useState } from 'preact/hooks'
import { Undo2, X } from 'lucide'
import { Button } from '../ui/Button'
import { Segments } from '../ui/parts'
import { AreaMap } from './AreaMap'
import { cornersText, readCorners, ringOf, type Corner } from './area'

type Area = number[][][] | null

const WAYS = [
  { value: 'everywhere' as const, words: 'Everywhere' },
  { value: 'inside' as const, words: 'Inside an area' },
]

export function AreaEditor({ area, onChange }: { area: Area; onChange: (area: Area) => void }) {
  const [corners, setCorners] = useState<Corner[]>(() => (area?.[0] ?? []).slice(0, -1) as Corner[])
  const [text, setText] = useState(() => cornersText(corners))
  const [inside, setInside] = useState(area !== null)
  const [wrong, setWrong] = useState('')
  const others = useRef(area?.slice(1) ?? [])
  const put = (next: Corner[]) => {
    setCorners(next)
    setText(cornersText(next))
    setWrong('')
    onChange(next.length >= 3 ? [ringOf(next), ...others.current] : area)
  }
  const type = (typed: string) => {
    setText(typed)
    const read = readCorners(typed)
    if ('wrong' in read) {
      setWrong(read.wrong)
      return
    }
    setWrong('')
    setCorners(read.corners)
    onChange([ringOf(read.corners), ...others.current])
  }
  const choose = (way: 'everywhere' | 'inside') => {
    setInside(way === 'inside')
    if (way === 'everywhere') onChange(null)
    else if (corners.length >= 3) onChange([ringOf(corners), ...others.current])
  }
  useEffect(() => setInside(area !== null || inside), [area])
  return (
    <fieldset class="area">
      <legend class="field-label">Area</legend>
      <Segments name="area" legend="Area" options={WAYS} value={inside ? 'inside' : 'everywhere'} onChoose={choose} />
      {inside && (
        <>
          <AreaMap corners={corners} onCorner={(corner) => put([...corners, corner])} />
          <div class="acts">
            <Button icon={Undo2} {...(corners.length ? {} : { whyNot: 'No corner is drawn.' })} onPress={() => put(corners.slice(0, -1))}>
              Take back the last corner
            </Button>
            {corners.length > 0 && (
              <Button icon={X} onPress={() => put([])}>
                Begin again
              </Button>
            )}
          </div>
          <div class="field">
            <label for="area-corners">Corners, one to a line: latitude, longitude</label>
            <textarea
              id="area-corners"
              class="input"
              rows={5}
              spellcheck={false}
              aria-invalid={wrong ? 'true' : undefined}
              aria-describedby="area-said"
              value={text}
              onInput={(event) => type(event.currentTarget.value)}
            />
            <p id="area-said" class={wrong ? 'form-wrong' : 'field-hint'}>
              {wrong || (corners.length < 3 ? `At least three corners; ${corners.length} so far.` : 'The outline closes by itself.')}
              {others.current.length > 0 && ` ${others.current.length} more outline(s) stay as they are.`}
            </p>
          </div>
        </>
      )}
    </fieldset>
  )
}
