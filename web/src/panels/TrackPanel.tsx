// One selected track: who sees it, where it is, and how sure that is.

import { Cctv, LocateFixed, PersonStanding } from 'lucide'
import { select } from '../live/place'
import { sourceTable } from '../live/sources'
import { ageWords, secondTick, stationNow } from '../live/time'
import { FADE_AFTER_MS, tracks } from '../live/tracks'
import { mapCommands } from '../map/commands'
import { Button } from '../ui/Button'
import { Badge, Empty, Facts } from '../ui/parts'
import { PanelHead } from './PanelHead'
import * as words from './words'

export function TrackPanel({ id }: { id: string }) {
  void secondTick.value
  const now = performance.now()
  const live = tracks.get(id, now)
  const close = () => select(null)
  if (!live) {
    return (
      <>
        <PanelHead title="Gone" onClose={close}>
          <Badge hollow>Not seen any more</Badge>
        </PanelHead>
        <Empty icon={PersonStanding} title="This track has ended" act={<Button onPress={close}>Back</Button>}>
          The camera no longer sees it. A track is not followed from one camera to another, and nothing of it is kept.
        </Empty>
      </>
    )
  }
  const { track } = live
  const source = sourceTable.value.get(track.source_id)
  const unseenMs = now - live.heardAtMs
  return (
    <>
      <PanelHead title={`${track.class_name} ${track.track_id}`} onClose={close}>
        {unseenMs > FADE_AFTER_MS ? (
          <Badge tone="warn" hollow>
            Unseen {ageWords(unseenMs)}
          </Badge>
        ) : (
          <Badge tone="live">Seen now</Badge>
        )}
      </PanelHead>
      <div class="panel-body">
        <Facts
          facts={[
            { name: 'Seen by', value: source?.name ?? 'a camera that is gone' },
            { name: 'For', value: ageWords(now - live.firstHeardAtMs), more: 'on this page' },
            { name: 'Place', value: words.placeWords(track.lat, track.lon) },
            {
              name: 'How sure',
              value: `within ${track.semi_major_m.toFixed(1)} × ${track.semi_minor_m.toFixed(1)} m`,
              more: '19 times out of 20 (half-axes of the ellipse)',
            },
            { name: 'Observed', value: words.sinceWords(track.observed_at, stationNow()) },
          ]}
        />
        <section class="acts" aria-label="What I may do">
          {source && (
            <Button kind="primary" icon={Cctv} onPress={() => select({ kind: 'source', id: source.source_id })}>
              Watch {source.name}
            </Button>
          )}
          <Button icon={LocateFixed} onPress={() => mapCommands.value?.showTrack(id)}>
            Show on map
          </Button>
        </section>
      </div>
    </>
  )
}
