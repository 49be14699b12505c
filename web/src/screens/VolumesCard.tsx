// The legend of the SORA volumes on the map, their figures, and the pack for the application.

import { FileDown, Pencil, X } from 'lucide'
import { drawnVolumes, openSora, type DrawnVolumes } from '../live/papers'
import { plan, requestOf } from '../live/plan'
import { Button } from '../ui/Button'
import { useSending } from '../ui/Field'
import { Note, ProblemCard } from '../ui/parts'
import { narrow } from '../ui/theme'
import { readPack } from '../wire/papers'
import { download } from './download'
import type { VolumesView } from '../wire/types'

const metres = (m: number): string => `${m < 100 ? m.toFixed(1) : Math.round(m)} m`

export const VOLUMES: readonly { part: 'flight' | 'contingency' | 'buffer'; words: string; says: (of: VolumesView) => string }[] = [
  { part: 'flight', words: 'Flight geography', says: (of) => `ground to ${metres(of.flight_height_m)}` },
  {
    part: 'contingency',
    words: 'Contingency volume',
    says: (of) => `${metres(of.contingency_m)} outwards, ground to ${metres(of.contingency_height_m)}`,
  },
  { part: 'buffer', words: 'Ground risk buffer', says: (of) => `${metres(of.ground_risk_m)} outwards of that` },
]

export function VolumesCard() {
  const drawn = drawnVolumes.value
  return drawn && <Shown of={drawn} />
}

export function Shown({ of }: { of: DrawnVolumes }) {
  const { said, volumes } = of
  const Heading = narrow.value ? 'h3' : 'h2' // in the plan's panel, or on the map by itself
  const sending = useSending()
  const now = requestOf(plan.value)
  const old = JSON.stringify(now?.path) !== JSON.stringify(said.plan.path) || now?.height_m !== said.plan.height_m || now.datum !== said.plan.datum
  const save = () => void sending.run(async () => download(await readPack(said), `${fileName(said.title)}.zip`))
  return (
    <section class="volumes-card" aria-label="SORA volumes">
      <div class="card-head">
        <Heading>SORA volumes: {said.title}</Heading>
        <Button kind="quiet" icon={X} label="Take them off the map" onPress={() => (drawnVolumes.value = null)} />
      </div>
      {old && <Note tone="warn">The plan was changed since: these are of the plan before.</Note>}
      <ul>
        {VOLUMES.map(({ part, words, says }) => (
          <li key={part}>
            <span class={`volume-line is-${part}`} />
            <span>
              <b>{words}</b>
              <span class="row-more">{says(volumes)}, above the ground</span>
            </span>
          </li>
        ))}
      </ul>
      <p>{riskWords(of)}</p>
      <details class="more-fields">
        <summary>How it adds up</summary>
        <table class="sums">
          <tbody>
            {volumes.steps.map(({ name, metres: m }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{m.toFixed(2)} m</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
      {sending.problem && <ProblemCard problem={sending.problem} kept="The volumes stay on the map." />}
      <div class="acts">
        <Button kind="primary" icon={FileDown} {...(sending.busy ? { busy: 'Making it' } : {})} onPress={save}>
          Download the pack
        </Button>
        <Button icon={Pencil} onPress={() => openSora(now ?? said.plan)}>
          Change
        </Button>
      </div>
    </section>
  )
}

export const fileName = (title: string): string =>
  `application-${title.trim().toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '').slice(0, 60) || 'pack'}`

export function riskWords({ said, volumes }: DrawnVolumes): string {
  if (said.people_per_km2 === null) return 'People below were not counted: no ground risk class is given.'
  if (volumes.ground_risk_class === null) return 'Ground risk: not covered by SORA 2.5.'
  return `Intrinsic ground risk class ${volumes.ground_risk_class}, with at most ${said.people_per_km2.toLocaleString('en-GB')} people a km² below.`
}
