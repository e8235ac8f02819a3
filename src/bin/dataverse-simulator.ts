#!/usr/bin/env node
import { main } from '../simulator/cli.ts';

process.exitCode = await main(process.argv.slice(2));
