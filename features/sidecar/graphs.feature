@critical @needs.http
Feature: An explanation is a hypergraph that any reader of the public format can load

  @SIDE-TRACE-03
  Rule: The graph is valid HIF of version hif-1, and its incidences name only what it has

    Scenario Outline: An explanation by <level>
      Given Async Sidecar is running
      When a user has the chat "Water boils at 100 degrees. Salt raises that. Why?" explained by <level>
      Then the graph of the trace is valid, of the version "hif-1"
      And the graph joins each <level> of the answer with parts of the prompt
      And the graph says by which method it was made

      Examples:
        | level    |
        | sentence |
        | token    |

    Scenario Outline: The model answers with <answer>
      Given Async Sidecar is running with a scripted model for its chats
      When a user has a chat explained by sentence that the model answers with <answer>
      Then the chat is answered, and names a trace
      And the trace ends as "complete" within 20 seconds
      And the graph of the trace is valid, of the version "hif-1"

      Examples:
        | answer                         |
        | 2000 sentences                 |
        | nothing                        |
        | only emoji                     |
        | one word without an end        |
        | a call of a tool               |
        | control characters             |

    Example: The graph names the part of the prompt that was answered
      Given Async Sidecar is running with a scripted model for its chats
      When a user has a chat explained of whose four sentences the model repeats the third
      Then the graph joins the answer with the third sentence before all others

    Example: The same chat twice has the same graph
      Given Async Sidecar is running
      When a user has the same chat explained twice
      Then both graphs are the same
