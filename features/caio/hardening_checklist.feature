@critical
Feature: Nothing on the hardening checklist is merely ticked

  Before CAIO goes to production its operator works through a checklist. A tick proves nothing: either a scenario of this
  acceptance tries what the item asks for, or somebody answers for it and says why no test can.

  The acceptance page shows each item with how its tests ended. A test that is still to be written shows nothing, so an
  item that names one is not verified there, whatever else it names.

  @CAIO-HARD-01
  Rule: Every item of the hardening checklist names the scenario that tests it and its outcome, or who vouches for it

    Example: No item that was agreed is missing
      When the owner reads the hardening checklist of CAIO
      Then the checklist has these items and no others
        | section     | items                                                                                  |
        | Security    | authentication, TLS, secrets, network access, CORS, rate limiting, audit log           |
        | Reliability | health checks, structured log, metrics, alerting, backup, runbooks                     |
        | Performance | resource limits, horizontal scaling, registry size, contract cache, latency objectives |
        | Operational | production configuration, environment variables, deployment and rollback               |
        | Operational | incident response, disaster recovery                                                   |

    Example: No item is without a test or somebody who vouches for it
      When the owner reads the hardening checklist of CAIO
      Then every item names a test that exists, or who vouches for it

    Example: No item leans on a test that is not there
      When the owner reads the hardening checklist of CAIO
      Then every test that an item names is part of this acceptance

    Example: Nobody vouches without a reason, or on a document that is not there
      When the owner reads the hardening checklist of CAIO
      Then whoever vouches for an item has a name and a reason, and what it rests on exists
