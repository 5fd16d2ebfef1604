/** What the inspecting thread is asked. Each is answered once, in order. */
export type Job =
  /** May an author's packet be taken? */
  | { readonly type: 'examine'; readonly packet: Uint8Array; readonly schema: boolean }
  /** From the next `relay` on, what is handed on. */
  | { readonly type: 'configure'; readonly rule: string | undefined; readonly compose: boolean }
  | { readonly type: 'add-filter'; readonly id: number; readonly text: string }
  | { readonly type: 'remove-filter'; readonly id: number }
  /** May a stored alert be handed on to subscribers, in which form, and which filters hold? */
  | {
      readonly type: 'relay';
      readonly packet: Uint8Array;
      readonly source: string;
      /** Milliseconds since 1970. */
      readonly receivedAt: number;
    };

/** Whether an alert is handed on. It comes before the filters are looked at, which may take their time. */
export type Verdict =
  | {
      readonly relay: true;
      readonly ivorn: string;
      /** The composed VOEvent of an alert in another format; absent where the stored bytes go out. */
      readonly composed?: Uint8Array;
    }
  | { readonly relay: false; readonly why: string };

export type Answer =
  /** `problem`: why not, for whoever asked; a sentence without a full stop. */
  | { readonly type: 'done'; readonly problem?: string | undefined }
  /** Ids of the filters that hold, and of those that took so long that they should not be looked at again. */
  | { readonly type: 'matched'; readonly filters: readonly number[]; readonly slow: readonly number[] }
  /** It took too long or broke the thread, which has been replaced. `filter`: the one that was being looked at. */
  | { readonly type: 'failed'; readonly reason: string; readonly filter?: number | undefined };

/** What the thread says. */
export type FromThread =
  | { readonly type: 'ready' }
  | { readonly type: 'verdict'; readonly verdict: Verdict }
  | { readonly type: 'answer'; readonly answer: Answer };

/** Where the thread's program is: beside us when running from the sources, in the executable otherwise. */
export type InspectProgram =
  | { readonly kind: 'file'; readonly url: string }
  | { readonly kind: 'embedded'; readonly script: string; readonly embedded: unknown };

/** What a thread is for: to examine what authors send, or to decide what is handed on. */
export type Purpose = 'examine' | 'relay';

export interface ThreadData {
  readonly purpose: Purpose;
  /** One number: the id of the filter that is being looked at, or 0. Readable when the thread answers no more. */
  readonly current: Int32Array<SharedArrayBuffer>;
}
