// A picture, or why there is none for this person: the role, or a purpose that is still to be said.

import { Lock } from 'lucide'
import { me, whyNot } from '../live/session'
import { PurposeQuestion } from './Purpose'
import { TileCover, VideoTile, type TileProps } from './VideoTile'

export function Picture(props: TileProps) {
  const reason = whyNot('watch_video')
  if (reason) {
    return (
      <div class="tile tile-still">
        <TileCover icon={Lock} title="Your role does not watch pictures">
          {reason}
        </TileCover>
      </div>
    )
  }
  if (!me.value?.purpose) {
    return (
      <section class="ask" aria-label="Purpose">
        <h3>What do you look at people for?</h3>
        <PurposeQuestion />
      </section>
    )
  }
  return <VideoTile {...props} />
}
