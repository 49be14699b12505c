// One WHEP session: offer, answer, and a DELETE when it is over. The node's address is in its answer;
// a TURN server for tablets that cannot reach it comes with the viewer token.

import { noteError } from './diagnostics'
import { madeHere } from '../wire/problems'
import { deleteSession, postOffer, viewerToken } from '../wire/http'
import type { IceServer } from '../wire/types'

const GATHER_AT_MOST_MS = 1000
/** A TURN server is asked over the network, perhaps by TLS. */
const GATHER_RELAYED_AT_MOST_MS = 3000

export interface WhepSession {
  peer: RTCPeerConnection
  /** The last path segment of Location. */
  viewerSessionId: string
  /** `over`: the station has ended it already, so there is nothing to DELETE. */
  close(over?: boolean): void
}

/** Raises ProblemError; nothing is left open then. Aborting `signal` ends it at any stage. */
export async function openWhep(
  sourceId: string,
  signal: AbortSignal,
  onTrack: (stream: MediaStream) => void,
): Promise<WhepSession> {
  const { token, whep_path, ice_servers } = await viewerToken(sourceId)
  signal.throwIfAborted()
  const peer = new RTCPeerConnection({ iceServers: ice_servers.map(asIceServer), bundlePolicy: 'max-bundle' })
  let end = () => peer.close()
  signal.addEventListener('abort', () => end(), { once: true })
  try {
    peer.addTransceiver('video', { direction: 'recvonly' })
    peer.addEventListener('track', ({ track, receiver }) => {
      lowDelay(receiver)
      onTrack(new MediaStream([track]))
    })
    await peer.setLocalDescription(await peer.createOffer())
    await gathered(peer, ice_servers.length > 0 ? GATHER_RELAYED_AT_MOST_MS : GATHER_AT_MOST_MS)
    signal.throwIfAborted()
    const answer = await postOffer(whep_path, token, peer.localDescription?.sdp ?? '')
    let open = true
    const close = (over = false) => {
      if (!open) return
      open = false
      removeEventListener('pagehide', onHide)
      if (!over) deleteSession(answer.location, token)
      peer.close()
    }
    const onHide = () => close()
    end = onHide
    addEventListener('pagehide', onHide)
    if (signal.aborted) close()
    signal.throwIfAborted()
    await peer.setRemoteDescription({ type: 'answer', sdp: answer.sdp }).catch((error: unknown) => {
      noteError(String(error))
      throw madeHere('media', 'This browser cannot use the answer it was given.', 'Reconnect, or try another browser.')
    })
    return { peer, viewerSessionId: answer.location.split('/').at(-1) ?? '', close }
  } catch (error) {
    end()
    throw error
  }
}

/** No jitter buffer beyond what the network makes necessary. */
function lowDelay(receiver: RTCRtpReceiver): void {
  if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0
}

/** Without a user name it is a STUN server, which takes none. */
const asIceServer = ({ urls, username, credential }: IceServer): RTCIceServer =>
  username ? { urls, username, credential } : { urls }

function gathered(peer: RTCPeerConnection, atMostMs: number): Promise<void> {
  if (peer.iceGatheringState === 'complete') return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      peer.removeEventListener('icegatheringstatechange', check)
      resolve()
    }
    const check = () => {
      if (peer.iceGatheringState === 'complete') done()
    }
    const timer = setTimeout(done, atMostMs)
    peer.addEventListener('icegatheringstatechange', check)
  })
}
