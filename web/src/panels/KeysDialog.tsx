import { Fragment } from 'preact'
import { dialog } from '../live/place'
import { Dialog } from '../ui/Dialog'
import { KEYS } from './keyboard'

export function KeysDialog() {
  return (
    <Dialog title="Keys" reading onClose={() => (dialog.value = null)}>
      <dl class="keys">
        {KEYS.map(([keys, what]) => (
          <Fragment key={what}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </Fragment>
        ))}
      </dl>
    </Dialog>
  )
}
