@blocker @needs.http
Feature: A chat is answered at once, and its explanation can be followed and cancelled by its trace

  @SIDE-TRACE-01
  Rule: The chat is answered at once, and names its trace

    Scenario Outline: An explanation by <level>, of an answer that comes <way>
      Given Async Sidecar is running
      When a user has a chat explained by <level> whose answer comes <way>
      Then the chat is answered, and names a trace
      And the trace ends as "complete"

      Examples:
        | level    | way           |
        | sentence | as a whole    |
        | sentence | word by word  |
        | token    | as a whole    |
        | token    | word by word  |

    @needs.process-control
    Scenario Outline: The chat does not wait: <trouble>
      Given Async Sidecar is running
      And <trouble>
      When a user has a chat explained by sentence whose answer comes as a whole
      Then the chat is answered, and names a trace
      And the chat took at most 1 second

      Examples:
        | trouble                             |
        | the process "explainer" is frozen   |
        | the process "explainer" has died    |
        | the process "courier" has died      |
        | the store "queue" has died          |
        | the store "queue" is slow           |

    Example: Every explanation has a trace of its own
      Given Async Sidecar is running
      When a user has 20 chats explained
      Then each chat names another trace

    Example: A way of explaining that there is not
      Given Async Sidecar is running
      When a user asks for a chat to be explained by "chapter"
      Then the answer is "invalid-request"
      And the answer explains itself

    Example: A caller who leaves in the middle of the answer
      Given Async Sidecar is running
      When a user leaves in the middle of a chat that is to be explained
      Then the trace of the chat has an end
      And Async Sidecar is healthy

  @SIDE-TRACE-02
  Rule: A trace goes from queued by running to complete, never back, and can be followed

    @needs.process-control
    Example: Each step of the way is seen
      Given Async Sidecar is running
      And each explanation takes 1 second
      And the process "explainer" is frozen
      And a user has a chat whose trace is "queued"
      When the process "explainer" is back
      Then the trace goes on as "running" and then "complete"
      And its trace never went back

    Example: Many at once
      Given Async Sidecar is running
      When a user has 20 chats explained
      Then each trace ends as "complete"
      And no trace ever went back

    @needs.process-control
    Example: The same job is delivered once more after its end
      Given Async Sidecar is running
      And the process "explainer" is frozen
      And a user has had 3 chats explained
      And the jobs of the traces have been copied
      And the process "explainer" is back
      And each trace has ended as "complete"
      When the jobs of the traces are delivered once more
      Then each trace stays "complete" with the same graph
      And no trace ever went back

    @needs.process-control
    Example: The queue forgets everything while traces wait
      Given Async Sidecar is running
      And the process "explainer" is frozen
      And a user has had 5 chats explained
      And the queue has lost the jobs of all traces
      When the process "explainer" is back
      Then each trace ends as "complete"

    Example: A trace that nobody has
      Given Async Sidecar is running
      When a user looks at a trace that nobody has
      Then the answer is "not-found"

  @SIDE-TRACE-05
  Rule: A cancelled trace stops, says so, and has no graph

    @needs.process-control
    Example: It was still waiting
      Given Async Sidecar is running
      And the process "explainer" is frozen
      And a user has a chat whose trace is "queued"
      And the user has cancelled the trace
      When the process "explainer" is back
      Then the trace stays "cancelled"
      And the trace has no graph

    Example: It was being explained, and its job finishes all the same
      Given Async Sidecar is running
      And each explanation takes 1 second
      And a user has a chat whose trace is "running"
      When the user cancels the trace
      Then the trace stays "cancelled"
      And the trace has no graph
      And its trace never went back

    Example: It is cancelled twice
      Given Async Sidecar is running
      And each explanation takes 1 second
      And a user has a chat whose trace is "running"
      And the user has cancelled the trace
      When the user cancels the trace
      Then the trace stays "cancelled"

    Example: It is complete already
      Given Async Sidecar is running
      And a user has a chat whose trace is "complete"
      When the user tries to cancel the trace that has ended
      Then the trace stays "complete"
      And its graph is still there

    Example: It waits for the graph
      Given Async Sidecar is running
      And each explanation takes 1 second
      And a user has a chat whose trace is "running"
      When the user asks for the graph of the trace
      Then there is no graph of the trace yet
