@critical @needs.http
Feature: The audit log can be backed up and restored by administrators alone

  @AUTO-ADMIN-01
  Rule: An administrator can back the audit log up and list backups, nobody else can, and a backup restores whole

    Scenario Outline: <caller> tries to <action>
      Given Automation Orchestrator is running
      When <caller> tries to <action>
      Then the answer is "<answer>"

      Examples:
        | caller                   | action                      | answer          |
        | an admin                 | back the audit log up       | allowed         |
        | an admin                 | back the audit log up small | allowed         |
        | an admin                 | list the backups            | allowed         |
        | a user                   | back the audit log up       | forbidden       |
        | a user                   | back the audit log up small | forbidden       |
        | a user                   | list the backups            | forbidden       |
        | a caller without a token | list the backups            | unauthenticated |

    Scenario Outline: A backup that is <kind> is listed, and holds the audit log as it was
      Given an Automation Orchestrator of its own is running
      And a user has created 5 leads of the company "Audit Ltd"
      When an admin makes a backup of the audit log of leads that is <kind>
      Then the list of backups has that of the leads with its size, when it was made and that it is <kind>
      And the file of the backup is <kind> and holds every record about the leads

      Examples:
        | kind           |
        | compressed     |
        | not compressed |

    Example: A backup restores whole
      Given an Automation Orchestrator of its own is running
      And a user has created 5 leads of the company "Audit Ltd"
      And an admin has made a backup of the audit log of leads that is compressed
      When the audit log of leads is lost and an admin restores the backup
      Then the audit log has every record about the leads

    Example: A backup while leads are written
      Given an Automation Orchestrator of its own is running
      When an admin makes a backup of the audit log while leads are created
      Then the backup of the audit log holds whole records only, and each lead that was created before

    Example: A restore does not take away what was recorded about leads since
      Given an Automation Orchestrator of its own is running
      And an admin has made a backup of the audit log of leads that is compressed
      And a user has created 5 leads of the company "Later Ltd"
      When an admin restores the backup of the audit log of leads
      Then the audit log has every record about the leads

    Scenario Outline: A backup <what> is not restored
      Given an Automation Orchestrator of its own is running
      When an admin tries to restore the backup of leads named "<name>"
      Then the restore of the audit log of leads is refused, and says why

      Examples:
        | what                   | name                   |
        | that nobody made       | audit-nothing.jsonl    |
        | outside its folder     | ../../config.json      |
        | by its whole path      | /etc/passwd            |

    Example: A damaged backup is refused, and the audit log stays
      Given an Automation Orchestrator of its own is running
      And a user has created 5 leads of the company "Audit Ltd"
      And an admin has made a backup of the audit log of leads that is compressed
      When the backup of the audit log of leads is damaged and an admin restores it
      Then the restore of the audit log of leads is refused, and says why
      And the audit log has every record about the leads
