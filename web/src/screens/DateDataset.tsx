// When a dataset holds, said by a person where its file does not say it.

import { useState } from 'preact/hooks'
import { CalendarDays } from 'lucide'
import { me, whyNot } from '../live/session'
import { stationNow } from '../live/time'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Field, Form, useSending } from '../ui/Field'
import { Facts, Note } from '../ui/parts'
import { dateDataset } from '../wire/papers'
import { Hash } from './AirspaceData'
import { validityWords } from './datasetWords'
import { canBeDated, datesOf, lacksDates, MOST_DAYS, typedWords, whyNotDate } from './datasetDates'
import type { DatasetRow } from '../wire/types'

/** Of a dataset without dates: what that means, and what can be done. Nothing of any other. */
export function Undated({ row, onDated }: { row: DatasetRow; onDated: () => void }) {
  const [asking, setAsking] = useState(false)
  if (!lacksDates(row) || row.state === 'discarded') return null
  return (
    <section class="undated" aria-label="When it holds">
      <Note tone="warn">
        <strong>The file does not say when it holds.</strong> Checked against it, no place is known to be clear.{' '}
        {canBeDated(row)
          ? 'Its publisher says it elsewhere: with the download, or in the AIRAC calendar.'
          : 'Only a dataset that is offered can be dated: import the file again.'}
      </Note>
      {canBeDated(row) && (
        <Button icon={CalendarDays} whyNot={whyNot('manage_airspace')} onPress={() => setAsking(true)}>
          Say when it holds
        </Button>
      )}
      {asking && (
        <DateDialog
          row={row}
          onClose={(dated) => {
            setAsking(false)
            if (dated) onDated()
          }}
        />
      )}
    </section>
  )
}

function DateDialog({ row, onClose }: { row: DatasetRow; onClose: (dated: boolean) => void }) {
  const [from, setFrom] = useState('')
  const [until, setUntil] = useState('')
  const [vouched, setVouched] = useState(false)
  const sending = useSending()
  const why = whyNotDate(row, from, until, vouched, stationNow())
  const name = me.value?.display_name || me.value?.username || ''
  const date = async () => {
    await dateDataset(row.dataset_id, datesOf(row, from, until))
    onClose(true)
  }
  return (
    <Dialog title="Say when this dataset holds" onClose={() => onClose(false)}>
      <Form sending={sending} go="Date it" going="Dating it" kept="It has no dates yet; what you typed is still here." {...(why ? { whyNot: why } : {})} onSend={() => void sending.run(date)}>
        <Facts
          facts={[
            { name: 'File', value: row.file_name, more: row.title === row.file_name ? '' : row.title },
            { name: 'SHA-256', value: <Hash of={row.sha256} /> },
            { name: 'When it holds', value: validityWords(row), more: row.airac && `AIRAC ${row.airac}` },
          ]}
        />
        <div class="one-line">
          {row.effective_from === null && <Field label="Holds from, 00:00 UTC of" type="date" value={from} onInput={setFrom} focus />}
          {row.effective_until === null && <Field label="Until, 00:00 UTC of" type="date" value={until} onInput={setUntil} />}
        </div>
        <p class="field-hint">
          {typedWords(row, from, until) || `As its publisher says; at most ${MOST_DAYS} days. An AIRAC cycle is 28 days.`}
        </p>
        <label class="check">
          <input type="checkbox" checked={vouched} onChange={(event) => setVouched(event.currentTarget.checked)} />I have these dates from whoever publishes this file
        </label>
        <Note>
          <strong>{name} vouches for them:</strong> flights are allowed by this dataset on the strength of these dates. The audit log keeps who said them, when, and of which file. They
          are said once: to correct them, discard the dataset and import its file again.
        </Note>
      </Form>
    </Dialog>
  )
}
