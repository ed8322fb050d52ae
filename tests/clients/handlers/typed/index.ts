// SPDX-License-Identifier: MIT
import { type DynamoDBStreamEvent } from "aws-lambda"
import { Logger } from "@aws-lambda-powertools/logger"

const logger = new Logger()

export const handler = async (event: DynamoDBStreamEvent) => {
  logger.info(`came in: ${JSON.stringify(event)}`)
}
