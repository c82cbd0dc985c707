"""What the service keeps: questions with their answers, votes, staff and their verdicts. Nothing else of a resident."""
