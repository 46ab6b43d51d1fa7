// Pairs that ask for the same: one may be told the answer to the other.

import type { Pair } from "./pair.ts";

/** The same with other small words, politeness, case and marks. */
const frames: readonly (readonly [string, string])[] = [
  ["How do I {}?", "how can i {}"],
  ["How do I {}?", "Could you please tell me how to {}?"],
  ["What is the way to {}?", "How do I {}? Thanks!"],
];

const tasks = [
  ...[
    "reset my password",
    "center a div",
    "undo a commit",
    "boil an egg",
    "write a cover letter",
    "reverse a string in Python",
  ],
  ...[
    "apply for a passport",
    "delete a branch in git",
    "clean a leather sofa",
    "train a puppy",
    "read a file in Java",
    "sort a dictionary by value",
  ],
  ...[
    "calculate the area of a circle",
    "cancel my subscription",
    "remove a coffee stain",
    "make pancakes",
    "convert a string to an integer",
  ],
  ...[
    "install Docker on Ubuntu",
    "write a business plan",
    "grow tomatoes on a balcony",
    "export a table to CSV",
    "file my taxes",
    "tie a tie",
  ],
  ...[
    "learn the guitar",
    "find the largest file in a folder",
    "merge two lists",
    "set up a VPN",
    "negotiate a salary",
    "change a flat tyre",
  ],
] as const;

/** In words of one's own. */
const own: readonly (readonly [string, string])[] = [
  ["What is the capital of France?", "Which city is the capital of France?"],
  ["What is the capital of France?", "France's capital is which city?"],
  ["Explain photosynthesis.", "How does photosynthesis work?"],
  ["Summarise the plot of Hamlet.", "Give me a short summary of what happens in Hamlet."],
  ["What are the benefits of exercise?", "Why is physical exercise good for you?"],
  ["How do I reverse a string in Python?", "What's the best way of reversing a Python string?"],
  ["How do I undo the last commit in git?", "What is the git command for reverting my most recent commit?"],
  ["How can I lose weight?", "What is a good way to shed some pounds?"],
  ["Why is the sky blue?", "What makes the sky look blue?"],
  ["How do vaccines work?", "Explain the working of vaccines."],
  ["What is machine learning?", "Can you define machine learning for me?"],
  ["What is machine learning?", "Explain what is meant by machine learning."],
  ["How do I remove duplicates from a list in Python?", "What's an easy way to deduplicate a Python list?"],
  ["What causes inflation?", "Why does inflation happen?"],
  ["How do I boil an egg?", "What is the right method for boiling eggs?"],
  ["What should I see in Rome?", "Which sights are worth visiting in Rome?"],
  ["Recommend a good book about World War II.", "Which book on World War II would you recommend?"],
  ["How do I make a new branch in git?", "What's the command for creating a git branch?"],
  ["What does a product manager do?", "What are the tasks of a product manager?"],
  ["What does a product manager do?", "Describe the job of a product manager."],
  ["How far is the moon?", "What is the distance to the moon?"],
  ["How far is the moon from the earth?", "What's the distance between the earth and the moon?"],
  ["Who wrote Pride and Prejudice?", "Who is the author of Pride and Prejudice?"],
  ["Who painted the Mona Lisa?", "Which artist painted the Mona Lisa?"],
  ["When did World War II end?", "In which year did World War II end?"],
  ["What's the boiling point of water?", "At which temperature does water boil?"],
  ["How many people live in Japan?", "What is the population of Japan?"],
  ["What is the currency of Switzerland?", "Which currency is used in Switzerland?"],
  ["What is the tallest building in the world?", "Which building is the tallest in the world?"],
  ["How do I improve my English?", "What can I do to get better at English?"],
  ["How do I get rid of ants?", "What is the best way to get ants out of my house?"],
  ["How do I fall asleep faster?", "What helps to fall asleep faster?"],
  ["What is a good name for a cat?", "Suggest a nice name for my cat."],
  ["Write a haiku about autumn.", "Compose a haiku on the subject of autumn."],
  ["Write a poem about the sea.", "Can you write me a poem on the sea?"],
  ["Tell me a joke.", "Do you know a joke?"],
  ["Tell me a joke about programmers.", "I'd like to hear a programmer joke."],
  ["What is the difference between TCP and UDP?", "How do TCP and UDP differ?"],
  ["What is the difference between a list and a tuple in Python?", "How does a Python list differ from a tuple?"],
  ["What is recursion?", "Explain the concept of recursion."],
  ["Explain the concept of recursion.", "What does recursion mean in programming?"],
  ["What is Docker used for?", "What do people use Docker for?"],
  ["What's Docker good for?", "Why would one use Docker?"],
  ["How do I exit vim?", "How can I quit vim?"],
  ["How do I exit vim?", "What is the command for leaving vim?"],
  ["How do I list all files in a directory?", "What command lists all the files of a directory?"],
  ["How do I check my Python version?", "Which command shows me the version of Python?"],
  ["How do I read JSON in JavaScript?", "What's the way of parsing JSON with JavaScript?"],
  ["What is the meaning of life?", "What's life's meaning?"],
  ["What is a black hole?", "Explain what a black hole is."],
  ["What is a black hole?", "Can you describe what black holes are?"],
  ["How does a refrigerator work?", "What is the working principle of a refrigerator?"],
  ["What are the symptoms of the flu?", "How do I know whether I have the flu?"],
  ["What are the symptoms of the flu?", "Which symptoms does the flu have?"],
  ["How much water should I drink a day?", "What is the recommended amount of water to drink in a day?"],
  ["Is coffee healthy?", "Is drinking coffee good for your health?"],
  ["Give me ideas for dinner.", "What could I cook for dinner?"],
  ["What should I cook tonight?", "Do you have an idea what I could cook tonight?"],
  ["How do I start a small business?", "What are the steps to starting a small company?"],
  ["What is the best programming language for beginners?", "Which programming language should beginners learn?"],
  ["How do I learn to code?", "What is a good way of learning programming?"],
  ["Translate 'good morning' into Spanish.", "What is 'good morning' in Spanish?"],
  ["How do you say 'thank you' in Japanese?", "What's 'thank you' in Japanese?"],
  ["Correct the grammar of this sentence: he go home.", "Please fix the grammar in this sentence: he go home."],
  ["What is 15% of 240?", "Calculate 15% of 240."],
  ["What is 15% of 240?", "How much is 15% of 240?"],
  ["Convert 12 kilometres to miles.", "How many miles are 12 kilometres?"],
  ["Convert 12 kilometres to miles.", "What is 12 km in miles?"],
  ["What does HTTP status 404 mean?", "What is the meaning of the HTTP status 404?"],
  ["What does HTTP status 404 mean?", "Explain HTTP status code 404."],
  ["Give me three tips for a job interview.", "I need three pieces of advice for my job interview."],
  ["Give me three tips for a job interview.", "What are three tips for doing well in a job interview?"],
  ["Write an email to Anna to cancel the meeting.", "Draft a mail to Anna in which I cancel our meeting."],
  ["Which foods are not safe for dogs?", "What should dogs not eat?"],
  ["How do I migrate from MySQL to PostgreSQL?", "What's the best way of migrating from MySQL to PostgreSQL?"],
  ["How do I cancel my Netflix subscription?", "What are the steps for cancelling a Netflix subscription?"],
  ["How tall is Mount Everest?", "What is the height of Mount Everest?"],
  ["how tall is mount everest", "What's the height of Mount Everest?"],
  ["Who is the president of France?", "Who is France's president?"],
  ["How do I enable dark mode in Slack?", "Where can I enable the dark mode of Slack?"],
  ["Why do cats purr?", "What is the reason that cats purr?"],
  ["Why do cats purr?", "What makes cats purr?"],
  ["How do planes fly?", "What keeps airplanes in the air?"],
  ["What is GDP?", "Explain the term GDP."],
  ["What is GDP?", "What does GDP stand for?"],
  ["How do I write a CV?", "What should a good CV look like?"],
  ["How do I make my laptop faster?", "My laptop is slow. What can I do?"],
  ["My code throws a NullPointerException. What should I do?", "How can I fix a NullPointerException in my code?"],
  ["What does componentDidMount do?", "Explain the purpose of componentDidMount."],
  ["What does `git rebase` do?", "Explain to me what `git rebase` does."],
  ["Wie kündige ich meinen Vertrag?", "Wie kann ich meinen Vertrag kündigen?"],
  ["Wie koche ich ein Ei?", "Wie kocht man ein Ei?"],
  ["Was ist die Hauptstadt von Spanien?", "Wie heißt die Hauptstadt von Spanien?"],
  ["Comment ouvrir un compte ?", "Comment puis-je ouvrir un compte ?"],
  ["Quelle est la capitale de la Suisse ?", "Quelle ville est la capitale de la Suisse ?"],
  ["¿Cuál es la capital de Perú?", "¿Qué ciudad es la capital de Perú?"],
  ["¿Cómo puedo aprender inglés?", "¿Cuál es la mejor manera de aprender inglés?"],
];

/** The last of several sentences says it otherwise. */
const introductions = [
  "I work at a small company that sells garden tools online and I am preparing the handbook for our new colleagues. ",
  "I am new here, and my manager told me to ask you. ",
] as const;

export function paraphrases(): readonly Pair[] {
  const framed = tasks.flatMap((task) =>
    frames.map(([one, other]) => ({
      kind: "small words",
      one: one.replace("{}", task),
      other: other.replace("{}", task),
    })),
  );
  const own1 = own.map(([one, other]) => ({ kind: "own words", one, other }));
  const longer = own.slice(0, 30).map(([one, other], at) => {
    const before = introductions[at % introductions.length] ?? "";
    return { kind: "own words, behind others", one: before + one, other: before + other };
  });
  return [...framed, ...own1, ...longer];
}
