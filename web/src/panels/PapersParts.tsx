// What of an operator's papers lies over every screen: loaded when it is first needed.

import { useEffect, useState } from 'preact/hooks'
import { drawnVolumes, papersDialog } from '../live/papers'
import { Banner } from '../ui/parts'
import { Button } from '../ui/Button'
import type { ComponentType } from 'preact'

function Later({ of, load }: { of: boolean; load: () => Promise<ComponentType> }) {
  const [Part, setPart] = useState<{ is: ComponentType } | null>(null)
  const [failed, setFailed] = useState(false)
  const read = () => {
    setFailed(false)
    load().then((is) => setPart({ is }), () => setFailed(true))
  }
  useEffect(() => {
    if (of && !Part) read()
  }, [of])
  if (!of) return null
  if (Part) return <Part.is />
  return failed ? (
    <Banner title="This part of the page could not be loaded." act={<Button onPress={read}>Try again</Button>}>
      If it stays, load the whole page again: it may have been renewed.
    </Banner>
  ) : null
}

const dialogs = () => import('../screens/PapersDialogs').then((m) => m.PapersDialogs)
const card = () => import('../screens/VolumesCard').then((m) => m.VolumesCard)

export const PapersDialogsLater = () => <Later of={papersDialog.value !== null} load={dialogs} />
export const VolumesCardLater = () => <Later of={drawnVolumes.value !== null} load={card} />
