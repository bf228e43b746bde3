@critical @needs.http
Feature: A gateway that is configured wrongly says so at once, and offers what it is said to offer

  A misspelt setting, a missing key or a fallback that leads nowhere shows itself otherwise on the day when it is needed.

  @GW-CONF-01 @needs.configuration-check
  Rule: Unknown settings, missing secrets and fallbacks to nowhere stop the start, by name

    Scenario Outline: <what>
      Given the gateway can be configured as its "<profile>" profile says
      When the gateway is started in its "<profile>" profile
      Then the gateway refuses to start and names "<name>"

      Examples:
        | what                             | profile             | name                 |
        | A setting that does not exist    | unknown-setting     | no_such_setting      |
        | A secret that is not there       | missing-secret      | MISSING_UPSTREAM_KEY |
        | A fallback to an unknown model   | fallback-to-nowhere | gpt-nowhere          |

  Rule: What a gateway is said to offer, or not to offer, is what can be seen of it

    @GW-AUTH-01
    Example: Keys
      Given the gateway is running
      When it is tried whether the gateway has keys of callers
      Then the gateway has it exactly if it is declared to

    @GW-CORS-01
    Example: Pages
      Given the gateway is running
      When it is tried whether the gateway has pages of a listed origin
      Then the gateway has it exactly if it is declared to

    @GW-ROUTE-02
    Example: Models
      Given the gateway is running
      When it is tried whether the gateway has models of its own
      Then the gateway has it exactly if it is declared to

    @GW-ROUTE-05
    Example: A list of models
      Given the gateway is running
      When it is tried whether the gateway has a list of models
      Then the gateway has it exactly if it is declared to

    @GW-ROUTE-07
    Example: Embeddings
      Given the gateway is running
      When it is tried whether the gateway has embeddings
      Then the gateway has it exactly if it is declared to

    @GW-METRIC-01
    Example: Metrics
      Given the gateway is running
      When it is tried whether the gateway has metrics
      Then the gateway has it exactly if it is declared to

    @GW-LOG-02
    Example: Ids of requests
      Given the gateway is running
      When it is tried whether the gateway has ids of requests
      Then the gateway has it exactly if it is declared to
