// The dialogs about papers, whichever screen they were opened from.

import { papersDialog } from '../live/papers'
import { PermissionDialog } from './PermissionDialog'
import { LetterDialog, RequestDialog } from './RequestDialogs'
import { SoraDialog } from './SoraDialog'

export function PapersDialogs() {
  const now = papersDialog.value
  if (now === null) return null
  // One that gave way to another is closed already.
  const close = () => {
    if (papersDialog.peek() === now) papersDialog.value = null
  }
  switch (now.of) {
    case 'request':
      return <RequestDialog key="request" wanted={now.wanted} onClose={close} />
    case 'permission':
      return <PermissionDialog key="permission" wanted={now.wanted} onClose={close} />
    case 'letter':
      return <LetterDialog key={`${now.request.request_id} ${now.request.state}`} request={now.request} onClose={close} />
    case 'sora':
      return <SoraDialog key="sora" plan={now.plan} onClose={close} />
  }
}
