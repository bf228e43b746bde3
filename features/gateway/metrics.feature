@critical @needs.http
Feature: What the gateway counts is what was done

  Bills and alerts are made of these counters. They count each request once, under what became of it.

  @GW-METRIC-01 @needs.metrics
  Rule: The counters equal the calls that were made, by status, with their tokens

    Example: Good requests
      Given the gateway is running
      And the metrics of the gateway have been read
      When a caller asks for the plain model 7 times
      Then the metrics of the gateway count 7 more requests with the status 200

    Example: Streams
      Given the gateway is running
      And the metrics of the gateway have been read
      When 5 callers ask for streams of the plain model at the same moment
      Then the metrics of the gateway count 5 more requests with the status 200

    Example: Requests that are the caller's mistake
      Given the gateway is running
      And every upstream of the plain model fails with the error 400
      And the metrics of the gateway have been read
      When a caller asks for the plain model 3 times
      Then the metrics of the gateway count 3 more requests with the status 400
      And the metrics of the gateway count 0 more requests with the status 200

    @needs.fallback
    Example: A request that took two upstreams is one request
      Given the gateway is running
      And the first upstream of the guarded model fails with the error 500
      And the metrics of the gateway have been read
      When a caller asks for the guarded model 2 times
      Then the metrics of the gateway count 2 more requests with the status 200

    @needs.token-metrics
    Example: Tokens of answers
      Given the gateway is running
      And the metrics of the gateway have been read
      When a caller asks for the plain model 4 times
      Then the metrics of the gateway count the tokens that the upstream told

    @needs.token-metrics
    Example: Tokens of a stream
      Given the gateway is running
      And the metrics of the gateway have been read
      When a caller asks for a stream of the plain model with the number of tokens
      Then the metrics of the gateway count the tokens that the upstream told

  @GW-METRIC-02 @needs.metrics @needs.several-workers
  Rule: Several workers count as one, and neighbours change nothing

    Example: Twenty requests, each over a connection of its own
      Given the gateway is running in its "workers" profile
      And the metrics of the gateway have been read
      When 20 callers ask for the plain model at the same moment
      Then the metrics of the gateway count 20 more requests with the status 200
      And 10 readings of the gateway's metrics, each over a connection of its own, say the same

    Example: Another gateway on the same machine is in use
      Given another gateway is running beside the one with the "workers" profile
      And a caller has asked for the plain model
      And the metrics of the gateway have been read
      When a caller asks the other gateway for the plain model 5 times
      Then the metrics of the gateway count 0 more requests with the status 200
