import { authenticationCells } from "./authentication-cells.ts";
import type { Cell } from "./cell.ts";
import { connectionCells } from "./connection-cells.ts";
import { frozenCells } from "./frozen-cells.ts";
import { passingCells } from "./passing-cells.ts";
import { responseCells } from "./response-cells.ts";
import { statusCells } from "./status-cells.ts";
import { targets } from "./target.ts";

/**
 * Every fault that the function is put to. First come those that make keys, which holds up whoever
 * else is under way, and those that take long.
 */
export const matrix: readonly Cell[] = [
  ...authenticationCells,
  ...targets.flatMap(frozenCells),
  ...targets.flatMap((target) => [
    ...connectionCells(target),
    ...responseCells(target),
    ...statusCells(target),
    ...passingCells(target),
  ]),
];
