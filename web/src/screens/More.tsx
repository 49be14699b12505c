// Everything there is, with what it is for; what the role does not open says so, and who could.

import { Lock } from 'lucide'
import { go } from '../live/place'
import { Icon } from '../ui/Icon'
import { DESTINATIONS, whyNotThere } from '../panels/destinations'
import { Screen } from '../panels/Screen'

export function More() {
  return (
    <Screen title="Everything there is">
      <ul class="tiles">
        {DESTINATIONS.map((to) => {
          const reason = whyNotThere(to)
          return (
            <li key={to.screen}>
              <button
                type="button"
                class={reason ? 'tile-link is-locked' : 'tile-link'}
                aria-disabled={reason ? 'true' : undefined}
                onClick={() => !reason && go(to.screen)}
              >
                <Icon of={reason ? Lock : to.icon} />
                <span>
                  <strong>{to.words}</strong>
                  <span class="row-more">{reason || to.what}</span>
                </span>
              </button>
            </li>
          )
        })}
      </ul>
    </Screen>
  )
}
