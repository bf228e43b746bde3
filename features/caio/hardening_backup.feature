@critical @needs.http @needs.files @needs.process-control
Feature: What CAIO has recorded survives the loss of its machine

  Decisions and audit records are the proof of what was done with customer data. They must outlive the machine that made
  them, and a backup that is no good must be found out before anybody relies on it.

  @CAIO-HARD-06
  Rule: A backup of a running CAIO restores into an empty one with nothing lost

    Example: Services, decisions and audit records, backed up in the midst of registrations
      Given a CAIO of its own is running
      And these services are registered
        | service    | offers | version |
        | local-chat | chat   | 1.2.0   |
        | other-chat | chat   | 3.0.0   |
      And a user has asked for "chat" with each of the seeds 1 to 20
      And CAIO has been backed up while services were being registered
      When the backup is restored into an empty CAIO
      Then every registration that it acknowledged is still there
      And every service from before the backup is there as it was
      And each of the 20 decisions can be fetched as it was given
      And every audit record from before the backup is there as it was

    Example: What was removed before the backup stays removed
      Given a CAIO of its own is running
      And these services are registered
        | service    | offers |
        | local-chat | chat   |
        | other-chat | chat   |
      And "other-chat" has been removed
      And CAIO has been backed up
      When the backup is restored into an empty CAIO
      Then the registry holds exactly "local-chat"

    Example: A decision from before can be verified with the key that was restored
      Given a CAIO of its own is running
      And these services are registered
        | service    | offers |
        | local-chat | chat   |
      And a user has asked for "chat"
      And CAIO has been backed up
      And the backup has been restored into an empty CAIO
      When an auditor verifies the decision
      Then the auditor finds it genuine

  @CAIO-HARD-06
  Rule: A backup that is damaged is refused, and no data is ever written over

    Scenario Outline: A backup of which it is true that <damage>
      Given a CAIO of its own is running
      And these services are registered
        | service    | offers |
        | local-chat | chat   |
      And CAIO has been backed up
      And of the backup it is true that "<damage>"
      When somebody tries to restore the backup into an empty folder
      Then the restore is refused, and says why
      And nothing has been written

      Examples:
        | damage                                 |
        | some of its bytes are flipped          |
        | its end is cut off                     |
        | the audit log is missing from it       |
        | a record in its audit log was changed  |
        | it would also write outside the folder |
        | it is an archive of something else     |

    Example: A CAIO that has data is not written over
      Given a CAIO of its own is running
      And these services are registered
        | service    | offers |
        | local-chat | chat   |
      And CAIO has been backed up
      And these services are registered
        | service    | offers |
        | later-chat | chat   |
      When somebody tries to restore the backup over what CAIO holds
      Then the restore is refused, and says why
      And the registry holds exactly "later-chat, local-chat"
