// An operator's papers.

import { Screen } from '../panels/Screen'

export function Papers({ item }: { item: string }) {
  return <Screen title="Papers">{item}</Screen>
}
