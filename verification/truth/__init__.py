"""What is true of a case, by ways that share nothing with the engines that are judged by it."""
