/** What a subscription is doing right now. Times in milliseconds since 1970. */
export type SubscriberStatus =
  | { readonly state: 'idle' }
  | { readonly state: 'connecting'; readonly broker: string; readonly since: number }
  | {
      readonly state: 'connected';
      readonly broker: string;
      readonly since: number;
      readonly lastMessageAt: number | undefined;
      readonly lastIamaliveAt: number | undefined;
      readonly events: number;
    }
  | { readonly state: 'waiting'; readonly broker: string; readonly until: number; readonly reason: string }
  | { readonly state: 'stopped' };
