// An outline on a plain plan of the borough, corner by corner, or typed: both do the same.

import { useId, useState } from 'preact/hooks'
import { Undo2, X } from 'lucide'
import { Button } from '../ui/Button'
import { AreaMap } from './AreaMap'
import { cornersText, readCorners, type Corner } from './area'

export function OutlineEditor({ corners, onChange, also }: { corners: Corner[]; onChange: (corners: Corner[]) => void; also?: string }) {
  const id = useId()
  const [text, setText] = useState(() => cornersText(corners))
  const [wrong, setWrong] = useState('')
  const put = (next: Corner[]) => {
    setText(cornersText(next))
    setWrong('')
    onChange(next)
  }
  const type = (typed: string) => {
    setText(typed)
    const read = readCorners(typed)
    setWrong('wrong' in read ? read.wrong : '')
    if ('corners' in read) onChange(read.corners)
  }
  return (
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
        <label for={id}>Corners, one to a line: latitude, longitude</label>
        <textarea
          id={id}
          class="input"
          rows={5}
          spellcheck={false}
          aria-invalid={wrong ? 'true' : undefined}
          aria-describedby={`${id}-said`}
          value={text}
          onInput={(event) => type(event.currentTarget.value)}
        />
        <p id={`${id}-said`} class={wrong ? 'form-wrong' : 'field-hint'}>
          {wrong || (corners.length < 3 ? `At least three corners; ${corners.length} so far.` : 'The outline closes by itself.')}
          {also && ` ${also}`}
        </p>
      </div>
    </>
  )
}
