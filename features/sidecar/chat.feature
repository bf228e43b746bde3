@blocker @needs.http
Feature: The chat is what it would be without a sidecar

  @SIDE-TRACE-06
  Rule: Without being asked for no trace is made, and the answer is byte for byte the model's own

    Scenario Outline: An answer that comes <way>, <asked>
      Given Async Sidecar is running
      When a user has the same chat answered <way> by the model itself and <asked>
      Then both chats were answered by the same bytes
      And only a chat that was to be explained made a trace

      Examples:
        | way          | asked                          |
        | as a whole   | without an explanation         |
        | word by word | without an explanation         |
        | as a whole   | with an explanation            |
        | word by word | with an explanation            |

    Example: What a caller adds reaches the model, and what is the sidecar's own does not
      Given Async Sidecar is running with a scripted model for its chats
      When a user has a chat explained with a temperature, a seed and a field that nobody knows
      Then the model was sent the chat as the user wrote it
      And the model was sent neither the token of the user nor the sidecar's own words of the chat

  @SIDE-TRACE-07
  Rule: A model that fails gives a clear error, and no trace without an end

    Scenario Outline: The model <trouble>
      Given Async Sidecar is running with a scripted model for its chats
      When a user has a chat explained while the model <trouble>
      Then the answer is "<outcome>"
      And the answer explains itself
      And the failed chat has left no trace without an end

      Examples:
        | trouble                      | outcome              |
        | answers with an error        | upstream-failed      |
        | answers with what is no chat | upstream-failed      |
        | breaks the connection        | upstream-failed      |
        | takes longer than it may     | upstream-timed-out   |

    Example: The model refuses a chat as badly written
      Given Async Sidecar is running with a scripted model for its chats
      When a user has a chat explained while the model refuses the chat as badly written
      Then the user is told what the model said of the chat
      And the failed chat has left no trace without an end

    Example: The model is not there
      Given Async Sidecar is running with a model for its chats that nobody runs
      When a user has a chat explained while the model is away
      Then the answer is "upstream-unavailable"
      And the failed chat has left no trace without an end

    @needs.settings
    Example: No model is configured
      Given Async Sidecar is running in its "without-upstream" profile
      When a user has a chat explained while the model is away
      Then the answer is "upstream-not-configured"
      And the answer explains itself
      And the failed chat has left no trace without an end

    Scenario Outline: The model fails after the first word: it <trouble>
      Given Async Sidecar is running with a scripted model for its chats
      When a user has a chat explained word by word while the model <trouble>
      Then the user can tell that the chat was not answered to its end
      And the trace of the chat ends as "failed", and has no graph

      Examples:
        | trouble                         |
        | breaks off after one word       |
        | tells an error after one word   |
