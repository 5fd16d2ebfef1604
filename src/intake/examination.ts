import type { InspectProgram } from '../inspect/messages.ts';
import { InspectThread } from '../inspect/thread.ts';
import type { Examination as Outcome } from '../vtp/receiver/conversation.ts';

/** Examines what authors send, in a thread of its own: here nothing may take long. */
export class Examination {
  #thread: InspectThread | undefined;

  /** Starts the thread, so that the first event finds it ready. */
  use(program: InspectProgram): void {
    if (this.#thread !== undefined) return;
    this.#thread = new InspectThread(program, 'examine');
    this.#thread.warmUp();
  }

  /** @param schema whether the event must keep to the schema of its version */
  async examine(packet: Buffer, schema: boolean): Promise<Outcome> {
    if (this.#thread === undefined) return { state: 'unknown', reason: 'nobody can examine it' };
    const answer = await this.#thread.run({ type: 'examine', packet: new Uint8Array(packet), schema });
    switch (answer.type) {
      case 'done':
        return answer.problem === undefined ? { state: 'taken' } : { state: 'refused', problem: answer.problem };
      case 'failed':
        return { state: 'unknown', reason: answer.reason };
      case 'matched':
        return { state: 'unknown', reason: 'it got the answer to another question' };
    }
  }

  async close(): Promise<void> {
    await this.#thread?.close();
  }
}
