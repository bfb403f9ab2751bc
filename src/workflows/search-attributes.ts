import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** Columns of the Temporal UI's list. SQLite allows few, and each write costs: nothing personal, written seldom. */
export const leadSourceAttribute = defineSearchAttributeKey('LeadSource', SearchAttributeType.KEYWORD);
/** How a lead stands where it is worth a look: held, or ended otherwise than delivered. Absent while it runs, and once it was delivered. */
export const leadStatusAttribute = defineSearchAttributeKey('LeadStatus', SearchAttributeType.KEYWORD);
export const leadRouteAttribute = defineSearchAttributeKey('LeadRoute', SearchAttributeType.KEYWORD);
export const buyerIdAttribute = defineSearchAttributeKey('BuyerId', SearchAttributeType.KEYWORD_LIST);
