export {} // stands for the built widget
