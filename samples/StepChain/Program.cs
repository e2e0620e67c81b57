foreach (var (word, count) in Counts.All.Take(3))
{
    Console.WriteLine($"{count} {word}");
}
