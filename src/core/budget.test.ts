import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBudget } from './budget.ts';

describe('a budget of bytes', () => {
  it('is never exceeded but by one that is larger than all of it, and lets everybody in at last', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 150 }), { maxLength: 30 }), async (wishes) => {
        const budget = createBudget(100);
        const inUse: number[] = [];
        let served = 0;
        await Promise.all(
          wishes.map(async (bytes) => {
            const giveBack = await budget.take(bytes);
            inUse.push(bytes);
            const sum = inUse.reduce((total, each) => total + each, 0);
            expect(sum <= 100 || inUse.length === 1).toBe(true);
            await Promise.resolve();
            inUse.splice(inUse.indexOf(bytes), 1);
            giveBack();
            giveBack();
            served += 1;
          }),
        );
        expect(served).toBe(wishes.length);
      }),
    );
  });
});
