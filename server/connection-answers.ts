/** The answers under way on a connection, none of which outlives it. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'

const answersOn = new WeakMap<Socket, Set<ServerResponse>>()

/**
 * Ends an answer with its connection. Node does so with the one whose turn it is, and tells those that wait for
 * theirs nothing: who follows a session by one of them would be followed for as long as that may last.
 * @returns how many are under way on the connection, with this one
 */
export function endWithConnection(incoming: IncomingMessage, outgoing: ServerResponse): number {
  const { socket } = incoming
  // What stands for a connection where there is none, as on a platform of functions, has nothing to tell.
  if (!(socket instanceof Socket)) return 1
  // Handed over late, as by a server that asks something else first.
  if (socket.destroyed && outgoing.socket === null) outgoing.destroy()
  const answers = answersOn.get(socket) ?? newAnswersOn(socket)
  answers.add(outgoing)
  outgoing.once('close', () => answers.delete(outgoing))
  return answers.size
}

/** Has the answers under way on a connection say that they are its last, where that can still be said. */
export function announceEnd(socket: Socket): void {
  for (const answer of answersOn.get(socket) ?? []) {
    if (!answer.headersSent) answer.setHeader('Connection', 'close')
  }
}

function newAnswersOn(socket: Socket): Set<ServerResponse> {
  const answers = new Set<ServerResponse>()
  answersOn.set(socket, answers)
  socket.once('close', () => {
    for (const answer of answers) if (answer.socket === null) answer.destroy().emit('close')
  })
  return answers
}
