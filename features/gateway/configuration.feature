@critical @needs.http
Feature: A gateway that is configured wrongly says so at once, and offers what it is said to offer

  A misspelt setting, a missing key or a fallback that leads nowhere shows itself otherwise on the day when it is needed.

  @GW-CONF-01 @needs.configuration-check
  Rule: Unknown settings, missing secrets and fallbacks to nowhere stop the start, by name

    Scenario Outline: <what>
      Given the gateway is not running yet
      When the gateway is started in its "<profile>" profile
      Then the gateway refuses to start and names "<name>"

      Examples:
        | what                             | profile             | name                 |
        | A setting that does not exist    | unknown-setting     | no_such_setting      |
        | A secret that is not there       | missing-secret      | MISSING_UPSTREAM_KEY |
        | A fallback to an unknown model   | fallback-to-nowhere | gpt-nowhere          |

  Rule: What a gateway is said to offer is what can be seen of it

    Scenario Outline: It is tried whether the gateway has <what>
      Given the gateway is running
      When it is tried whether the gateway has <what>
      Then the gateway has it exactly if it is declared to

      @GW-AUTH-01
      Examples: keys
        | what            |
        | keys of callers |

      @GW-CORS-01
      Examples: pages
        | what              |
        | pages of a listed origin |

      @GW-ROUTE-02
      Examples: models
        | what                     |
        | models of different upstreams |

      @GW-ROUTE-05
      Examples: list
        | what             |
        | a list of models |

      @GW-ROUTE-07
      Examples: embeddings
        | what       |
        | embeddings |

      @GW-METRIC-01
      Examples: metrics
        | what    |
        | metrics |

      @GW-LOG-02
      Examples: ids
        | what            |
        | ids of requests |

      @GW-LIMIT-01
      Examples: limits
        | what                   |
        | a limit of requests    |
