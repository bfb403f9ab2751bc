/** What a bare workflow is given: everything that its activities need. */
export interface FloorLead {
  leadId: string;
  sendings: Sending[];
}

/** One request to the sink. */
export interface Sending {
  url: string;
  /** Sent as Idempotency-Key. */
  key: string;
  body: string;
}

/** Sends one request; false when it was refused. Throws where no answer came. */
export interface FloorActivities {
  send: (sending: Sending) => Promise<boolean>;
}
