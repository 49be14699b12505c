// A file for the airspace datasets: chosen or dropped, its way to the station, and what came of it.

import { useRef, useState } from 'preact/hooks'
import { FileUp, X } from 'lucide'
import { importFile, importing, importProblem, MAX_FILE_BYTES, type Importing } from '../live/datasets'
import { go } from '../live/place'
import { whyNot } from '../live/session'
import { Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { ProblemCard } from '../ui/parts'
import { bytes } from './words'

export const TYPES = '.json,.geojson,.xml,.kml,.kmz,.zip,.txt,.air,.openair'
const FORMATS = 'ED-269, ED-318, AIXM 5.1, KML, KMZ, GeoJSON, OpenAir or NOTAM text'

export function ImportFile() {
  const [over, setOver] = useState(false)
  const picker = useRef<HTMLInputElement>(null)
  const now = importing.value
  const off = whyNot('manage_airspace')
  const take = async (files: FileList | null | undefined) => {
    const file = files?.[0]
    if (!file || off) return
    const made = await importFile(file)
    if (made) go('airspace', made.row.dataset_id)
  }
  return (
    <section
      class={over ? 'drop is-over' : 'drop'}
      aria-label="Import a file"
      onDragOver={(event) => {
        event.preventDefault()
        setOver(now === null)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        if (now === null) void take(event.dataTransfer?.files)
      }}
    >
      {now ? (
        <Progress of={now} />
      ) : (
        <>
          <Icon of={FileUp} size="large" />
          <div class="drop-words">
            <p>
              <b>Drop a file of zones or NOTAMs here</b>, or choose one.
            </p>
            <p class="field-hint">
              {FORMATS}; one file of at most {MAX_FILE_BYTES / 1024 / 1024} MB. It is read and offered: nothing is checked against it until you take it into use.
            </p>
          </div>
          <Button kind="primary" whyNot={off} onPress={() => picker.current?.click()}>
            Choose a file
          </Button>
          <input
            ref={picker}
            class="visually-hidden"
            type="file"
            accept={TYPES}
            tabIndex={-1}
            aria-label="File of zones or NOTAMs"
            onChange={(event) => {
              void take(event.currentTarget.files)
              event.currentTarget.value = ''
            }}
          />
        </>
      )}
      {importProblem.value && <ProblemCard problem={importProblem.value} kept="Nothing was changed: what is in use stays in use." />}
    </section>
  )
}

/** Sending has a measure, reading has none. */
export function Progress({ of }: { of: Importing }) {
  const sent = of.sent >= of.size
  const percent = Math.floor((of.sent / of.size) * 100)
  return (
    <div class="drop-progress">
      <p role="status">
        {sent ? `The station reads ${of.name}` : `Sending ${of.name}`}
        <span class="row-more">{sent ? `${bytes(of.size)} sent` : `${bytes(of.sent)} of ${bytes(of.size)}`}</span>
      </p>
      <progress aria-label={sent ? 'Reading' : 'Sending'} max={100} {...(sent ? {} : { value: percent })} />
      <Button icon={X} {...(sent ? { off: 'All of it is sent: the station reads it and offers it.' } : {})} onPress={of.cancel}>
        Cancel
      </Button>
    </div>
  )
}
