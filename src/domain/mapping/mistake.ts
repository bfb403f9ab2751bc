/** Why a request could not be made from a lead. Found before anything is sent. */
export interface MappingMistake {
  /** The mapping's target, e.g. `contact.phone`. */
  to: string;
  /** Names the field and the rule; never the field's value. */
  message: string;
}
