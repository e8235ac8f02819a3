/** How far a read privilege reaches: own rows, the business unit's, those of units below, all. */
export type Depth = 'None' | 'Basic' | 'Local' | 'Deep' | 'Global';

/** From the narrowest to the widest. */
export const depths: readonly Depth[] = ['None', 'Basic', 'Local', 'Deep', 'Global'];
