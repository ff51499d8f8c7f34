import { authenticationCells } from "./authentication-cells.ts";
import type { Cell } from "./cell.ts";
import { connectionCells } from "./connection-cells.ts";
import { frozenCells } from "./frozen-cells.ts";
import { deadConnectionCells, passingCells } from "./passing-cells.ts";
import { responseCells } from "./response-cells.ts";
import { statusCells } from "./status-cells.ts";
import { identity, targets, vault } from "./target.ts";

/** Every fault that the function is put to. */
export const matrix: readonly Cell[] = [
  ...targets.flatMap((target) => [
    ...connectionCells(target),
    ...responseCells(target),
    ...statusCells(target),
    ...passingCells(target),
    ...deadConnectionCells(target),
    ...frozenCells(target),
  ]),
  ...[vault, identity].flatMap((target) => [
    ...connectionCells(target),
    ...responseCells(target),
    ...statusCells(target),
    ...passingCells(target),
  ]),
  ...authenticationCells,
];
