@critical @needs.http @needs.metrics
Feature: Metrics tell what the sidecar does, and agree with what was asked of it

  @SIDE-OBS-01
  Rule: Gateway and explainer expose what they count, and how long it took

    Example: The gateway
      Given Async Sidecar is running
      And a user has a chat whose trace is "complete"
      When the metrics of the gateway of the chats are read
      Then they have the counters "http_requests_total, chat_requests_total" about chats, with values
      And they have a histogram of how long requests and chats took

    @needs.process-control
    Example: The explainer
      Given Async Sidecar is running
      And a user has a chat whose trace is "complete"
      When the metrics of the explainer of the traces are read
      Then they have the counters "explainer_jobs_total" about traces, with values
      And they have a histogram of how long explanations took

  @SIDE-OBS-02
  Rule: They agree with the requests made, and no label is what a tenant has made up

    Example: Chats, explanations and refusals are each counted once
      Given an Async Sidecar of its own is running
      And the metrics of chats and traces have been read
      When users have 7 chats, 5 of which are explained, and 3 more that are refused
      Then the metrics count 7 more chats, of which 5 were explained
      And the metrics count 3 more chats that were refused
      And the metrics of the explainers count 5 more explanations as "complete"

    @needs.files
    Example: Explanations that fail are counted as such
      Given an Async Sidecar of its own is running
      And the metrics of chats and traces have been read
      And explanations are made to fail
      When a user has 3 chats explained
      Then the metrics of the explainers count 3 more explanations as "failed"

    Example: What callers make up is no label
      Given Async Sidecar is running
      And the metrics of chats and traces have been read
      When users have 20 chats with made-up models, levels, paths, tenants and names of traces
      Then no label of the metrics of chats and traces holds what they made up
      And the chats have added at most 12 series to each metric

    @needs.process-control
    Example: What waits is counted
      Given an Async Sidecar of its own is running
      And the process "explainer" is frozen
      And a user has had 4 chats explained
      When the metrics of the gateway of the chats are read
      Then they count 4 traces that wait, the oldest of them for as long as it does
